/* tests/fuzz/fuzz_address.c - an address read is written as text that is read as the same address, and lies in the
 * network of itself; a place to listen that is read has one shape. */
#include <assert.h>
#include <stdlib.h>

#include "net/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_address(struct span input)
{
	struct address address, again;
	char text[ADDRESS_TEXT];
	const char *network = text;
	struct address_set *set;

	if (!address_read(input, &address))
		return;
	address_text(&address, text);
	assert(address_read(span_text(text), &again) && memcmp(address.bytes, again.bytes, sizeof(address.bytes)) == 0);
	assert(address_set_new(&network, 1, &set, NULL) == OK && address_set_has(set, &address));
	address_set_free(set);
	(void)address_is_internal(&address);
}

static void
check_text(const char *text)
{
	struct address nobody = { 0 };
	struct address_set *set;
	struct listening l;
	struct problem why;

	if (listening_read(text, &l, &why) == OK) {
		assert(!l.path || (!l.any && l.address.port == 0));
		/* Nothing reachable from outside is taken for loopback. */
		assert(!listening_is_loopback(&l) || l.path || address_is_internal(&l.address));
	} else {
		assert(why.code == ERR_INVALID && why.text[0]);
	}
	if (address_set_new(&text, 1, &set, &why) == OK)
		assert(address_set_has(set, &nobody) == span_is(span_text(text), "unix"));
	else
		assert(why.code == ERR_INVALID && why.text[0]);
	address_set_free(set);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	check_address(span_of(data, size));
	check_text(text);
	free(text);
	return 0;
}
