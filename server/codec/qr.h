/* codec/qr.h - a QR code (ISO/IEC 18004) as a picture that pages show: an SVG with one path. libqrencode makes it.
 *
 * What stands in it is often a secret: the picture goes where the text would go, and nowhere else.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

#define QR_TEXT_LARGEST 1024 /* bytes: what a phone's camera still reads from a screen */

/* "<svg …>", dark modules on white with the quiet zone of four, scaled by its viewBox; told to screen readers as
 * `title`, which is ours and has nothing to escape. In the arena. ERR_LIMIT: too long. */
enum err qr_svg(struct arena *, struct span text, const char *title, struct span *svg, struct problem *why);
