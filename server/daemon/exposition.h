/* daemon/exposition.h - Prometheus' text format 0.0.4, as far as all who write figures need it. */
#pragma once

#include "base/buffer.h"
#include "daemon/child.h"

/* What stands before a family's first line. */
void figure_describe(struct buffer *, const char *family, const char *type, const char *help);
/* Of all processes. */
uint64_t figure_sum(const struct child *, enum figure);
