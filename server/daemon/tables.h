/* daemon/tables.h - every table of the store, once: a table's place in the list is its number between processes. */
#pragma once

#include "store/table.h"

/* All tables, and `more` after them (may be NULL). The caller's to free(). */
table_list tables_with(table_list more);
