/* model/localized.h - a text in both of the house's languages. */
#pragma once

#include "base/span.h"

/* Either may be empty where the schema does not demand both. */
struct localized {
	struct span ja, en;
};
