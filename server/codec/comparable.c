/* codec/comparable.c - a text in the one form that all its spellings share. */
#include "codec/comparable.h"

#include <stdlib.h>

#include <uninorm.h>

#include "codec/text.h"

void
comparable_add(struct buffer *b, struct span text)
{
	bool begun = false, blank = false;
	size_t size = 0;
	uint8_t *normal;

	if (text.size == 0 || !utf8_valid(text))
		return;
	normal = u8_normalize(UNINORM_NFKC, text.data, text.size, NULL, &size);
	if (!normal)
		abort();
	/* Wide and unbreakable ones have become plain ones. */
	for (size_t i = 0; i < size; i++) {
		if (normal[i] == ' ' || normal[i] == '\t') {
			blank = begun;
			continue;
		}
		if (blank)
			buffer_byte(b, ' ');
		blank = false;
		begun = true;
		buffer_byte(b, normal[i]);
	}
	free(normal);
}
