/* assurance/difference_page.h - what a version demands otherwise than another, as one HTML document that people read,
 * print and file.
 */
#pragma once

#include "assurance/difference.h"
#include "assurance/render.h"

/* The same two versions give the same bytes. */
void difference_page(struct buffer *, const struct framework *before, const struct framework *after,
    const struct policy_difference *, enum render_languages);
