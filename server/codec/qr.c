/* codec/qr.c - a QR code as an SVG with one path. */
#include "codec/qr.h"

#include <errno.h>
#include <qrencode.h>

#include "base/buffer.h"

#define QUIET 4       /* modules around it (ISO/IEC 18004 s9.1) */
#define DARK 1        /* of a module's byte */
#define SVG_LARGEST (512 * KIB)

/* A run of dark modules in a row is one rectangle. */
static void
write_row(struct buffer *b, const uint8_t *modules, int width, int y)
{
	for (int x = 0, end; x < width; x = end) {
		end = x + 1;
		if (!(modules[x] & DARK))
			continue;
		while (end < width && modules[end] & DARK)
			end++;
		buffer_print(b, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, end - x, end - x);
	}
}

enum err
qr_svg(struct arena *a, struct span text, const char *title, struct span *svg, struct problem *why)
{
	struct buffer b = buffer_init(SVG_LARGEST);
	QRcode *code;

	if (!text.size || text.size > QR_TEXT_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "a QR code holds 1 to %d bytes here, not %zu", QR_TEXT_LARGEST,
		    text.size);
	code = QRcode_encodeData((int)text.size, text.data, 0, QR_ECLEVEL_M);
	if (!code)
		return problem_errno(why, errno, "no QR code was made");
	buffer_print(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 %d %d\" "
	    "shape-rendering=\"crispEdges\"><title>%s</title><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>"
	    "<path fill=\"#000\" d=\"", code->width + 2 * QUIET, code->width + 2 * QUIET, title,
	    code->width + 2 * QUIET, code->width + 2 * QUIET);
	for (int y = 0; y < code->width; y++)
		write_row(&b, code->data + (size_t)y * (size_t)code->width, code->width, y);
	buffer_text(&b, "\"/></svg>");
	QRcode_free(code);
	*svg = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return OK;
}
