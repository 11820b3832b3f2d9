/* codec/gzip.h - the gzip twin of a body that is served many times. */
#pragma once

#include "base/arena.h"

/* `level` as libdeflate's, 1 to 12. Empty where it would not be smaller. */
struct span gzip_twin(struct arena *, struct span plain, int level);
