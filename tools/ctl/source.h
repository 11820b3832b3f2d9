/* tools/ctl/source.h - how a source, and what an import did, are shown. */
#pragma once

#include "ctl/client.h"

/* One element of `sources`, on one line or three. */
void source_show(const json_t *source);

/* What was refused, what the rules found, and the counts; `from` names file or source. */
void import_report_show(const char *from, bool dry_run, const json_t *report);
