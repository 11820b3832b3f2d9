/* model/localized.h - a text in both of the house's languages. */
#pragma once

#include "base/buffer.h"

/* Either may be empty where the schema does not demand both. */
struct localized {
	struct span ja, en;
};

/* As a JSON object's member: "name":{"ja":…,"en":…}; what is empty is "". */
void localized_write(struct buffer *, const char *name, struct localized);
