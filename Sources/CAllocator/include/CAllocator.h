#ifndef MAKEWHOLE_ALLOCATOR_H
#define MAKEWHOLE_ALLOCATOR_H

// There is nothing to call: a program that links this module has jemalloc in the place of the C library's
// allocator (docs/decisions/0020-allocator.md). How it is set up is said here.
extern const char *malloc_conf;

#endif
