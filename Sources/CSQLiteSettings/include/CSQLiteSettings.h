#ifndef MAKEWHOLE_SQLITE_SETTINGS_H
#define MAKEWHOLE_SQLITE_SETTINGS_H

/// Sets what SQLite takes only before its first connection, and only through a function of variable
/// arguments, which Swift cannot call: no statistics of memory, whose lock every allocation takes, and
/// more small pieces set aside for each connection. Returns SQLite's code; after the first connection
/// that is SQLITE_MISUSE, and nothing has changed.
int makewhole_sqlite_settings(void);

#endif
