/* tests/fuzz/fuzz_app_message.c - a call's header that is read says what it was written from; of what is signed, two
 * different messages are never one text, and the number of lines is that of the parts. */
#include <assert.h>

#include "authn/app_message.h"
#include "codec/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_header(struct arena *a, struct span header)
{
	struct app_call call;
	struct problem why;
	const char *again;

	if (app_call_read(a, header, &call, &why) != OK) {
		assert(why.text[0]);
		return;
	}
	again = arena_print(a, "%s.%lld.%s.%s", arena_text(a, base64url_write(a, call.device)),
	    (long long)(call.at.us / 1000), arena_text(a, base64url_write(a, call.nonce)),
	    arena_text(a, base64url_write(a, call.signature)));
	assert(span_equal(span_skip(header, header.size - strlen(again)), span_text(again)));
	assert(call.device.size == APP_DEVICE && call.nonce.size == APP_NONCE);
}

/* Parts cut at zero bytes: a text that is made is taken apart into just these. */
static void
check_text(struct arena *a, struct span input)
{
	struct app_message m = { .word = "answer" };
	struct span text, rest = input;
	struct problem why;

	while (rest.size && m.count < APP_PARTS)
		m.parts[m.count++] = span_cut(&rest, 0);
	if (app_message_text(a, &m, &text, &why) != OK)
		return;
	assert(span_is(span_cut(&text, '\n'), APP_SIGNED_FORM) && span_is(span_cut(&text, '\n'), "answer"));
	for (size_t i = 0; i < m.count; i++)
		assert(span_equal(span_cut(&text, '\n'), m.parts[i]));
	assert(!text.size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(1 * MIB);

	check_header(&a, span_of(data, size));
	check_text(&a, span_of(data, size < 4096 ? size : 4096));
	(void)app_key_check(span_of(data, size), NULL);
	arena_release(&a);
	return 0;
}
