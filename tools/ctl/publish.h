/* tools/ctl/publish.h - publishing, for the commands that end with it. */
#pragma once

#include "ctl/client.h"

enum err ctl_publish(struct ctl *, bool all, json_t **answer, struct problem *why);
void published_show(const json_t *answer);
