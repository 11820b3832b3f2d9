/* tools/ctl/publish.h - publishing, for the commands that end with it. */
#pragma once

#include "ctl/client.h"

/* The end of a command that changed the registry: publishes, where it is to, and shows what came of it; the answer too,
 * for programs, with the publication in it. `what`: "the change is". */
enum ending change_publish(struct ctl *, json_t *answer, bool publish, const char *what);
