/* front/login/return_path.h - where a browser may be sent after a login: pages of persons on this very server. */
#pragma once

#include "base/span.h"

#define RETURN_PATH_LARGEST 512
/* A path under /account/, /desk/, /enrol/ or /app/, with query and fragment; nothing that a browser could take for
 * another host's, or that leads out of there. */
bool return_path_valid(struct span path);
