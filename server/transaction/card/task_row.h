/* transaction/card/task_row.h - what the files of a card's task share: how its row is put, and who asks for it. */
#pragma once

#include "transaction/card/task.h"

/* The name that challenges are asked for in, of the operator's own (proofing/proofing.h). */
#define CARD_TASK_CALLER "watashi"

/* Expects it as it was loaded. */
void card_task_put(struct unit *, const struct card_task *, struct instant until);
/* What of the person is kept until it is taken: it opens for this task alone. */
struct span card_task_wrap(struct arena *, const struct person_settings *, const struct id *task, struct span plain);
