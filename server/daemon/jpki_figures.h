/* daemon/jpki_figures.h - figures of proofing for /metrics: what all workers counted, and the lists at hand. */
#pragma once

#include "base/buffer.h"
#include "daemon/child.h"
#include "jpki/setup.h"

/* Prometheus' text format 0.0.4. */
void jpki_figures_write(struct buffer *, const struct child *, const struct jpki_setup *, struct instant now);
