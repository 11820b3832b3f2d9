/* transaction/session/browser_name.h - what a person may know a browser by: "Firefox (Linux)".
 *
 * From what it says of itself, which may be anything: only words of ours are written, never a part of what it says.
 */
#pragma once

#include "base/span.h"

#define BROWSER_NAME 40
/* "Firefox (Linux)", "Chrome", "(iPhone)"; empty: it says nothing that we know. */
const char *browser_name(struct span user_agent, char out[BROWSER_NAME]);
