/* front/oidc/scope.c - scopes: words of what may be done. */
#include "front/oidc/scope.h"

#include "base/buffer.h"

bool
scope_valid(struct span scope)
{
	uint8_t before = ' ';

	for (size_t i = 0; i < scope.size; i++) {
		const uint8_t c = scope.data[i];

		if (c < 0x20 || c > 0x7e || c == '"' || c == '\\' || (c == ' ' && before == ' '))
			return false;
		before = c;
	}
	return before != ' ';
}

bool
scope_has(struct span scope, struct span word)
{
	while (scope.size)
		if (span_equal(span_cut(&scope, ' '), word))
			return true;
	return false;
}

bool
scope_narrow(struct arena *arena, struct span granted, struct span asked, struct span *out)
{
	struct buffer b = buffer_init(granted.size + 1);
	struct span rest = asked;

	while (rest.size)
		if (!scope_has(granted, span_cut(&rest, ' '))) {
			buffer_release(&b);
			return false;
		}
	for (rest = granted; rest.size;) {
		const struct span word = span_cut(&rest, ' ');

		if (!scope_has(asked, word))
			continue;
		if (buffer_span(&b).size)
			buffer_byte(&b, ' ');
		buffer_add(&b, word);
	}
	*out = arena_copy(arena, buffer_span(&b));
	buffer_release(&b);
	return true;
}
