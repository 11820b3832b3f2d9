/* assurance/render.h - a framework as one document that people read, print and file.
 */
#pragma once

#include "assurance/framework.h"
#include "base/buffer.h"

#define RENDERING_LARGEST (64 * MIB) /* what a buffer for it should bear */

enum render_form { RENDER_TEXT, RENDER_HTML };
enum render_languages { RENDER_JA = 1, RENDER_EN = 2, RENDER_BOTH = 3 };

/* `sealed`: the version's digests were those of its files; otherwise the document calls itself a draft. The same
 * version gives the same bytes. HTML is one file that needs no other. */
void framework_render(struct buffer *, const struct framework *, enum render_form, enum render_languages, bool sealed);
