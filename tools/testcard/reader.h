/* tools/testcard/reader.h - putting a software card into the virtual reader that vsmartcard's vpcd offers on a TCP
 * port. */
#pragma once

#include "testcard/applet.h"

/* Until the reader hangs up (OK) or fails. Waits `seconds` for the reader to be there. */
enum err reader_serve(struct applet *, const char *host, const char *port, unsigned seconds, struct problem *why);
