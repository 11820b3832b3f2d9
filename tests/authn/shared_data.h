/* tests/authn/shared_data.h - public vectors beside the checkout; a test without them skips, and says so. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "expect.h"

/* NULL: they are not there. */
static inline json_t *
shared_data(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[512];

	snprintf(path, sizeof(path), "%s/../shared/data/%s", top ? top : ".", name);
	return json_load_file(path, 0, NULL);
}

static inline void
shared_data_needed(const json_t *file)
{
	if (file)
		return;
	print_message("skipped: the shared vectors are not there\n");
	skip();
}
