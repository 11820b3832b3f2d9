/* assurance/impact_page.h - the impact of a version as one HTML document that people read, print and file.
 */
#pragma once

#include <jansson.h>

#include "assurance/render.h"

struct impact_occasion {
	struct instant made;     /* when the ledger was read */
	struct instant since;    /* only decisions from then on; {0}: all */
};

/* `report` is what impact_write() wrote of the version `after`. */
void impact_page(struct buffer *, const struct framework *after, const json_t *report, const struct impact_occasion *,
    enum render_languages);
