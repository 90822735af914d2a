#include "CSQLiteSettings.h"

#include <sqlite3.h>

int makewhole_sqlite_settings(void) {
    int code = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (code != SQLITE_OK) return code;
    return sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 1200, 200);
}
