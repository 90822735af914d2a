#include "CAllocator.h"

// jemalloc looks for this name when it starts, before main. Few arenas: two or three threads do most of
// the work, and each arena keeps pages of its own.
const char *malloc_conf = "narenas:4";
