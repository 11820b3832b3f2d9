/* tests/fuzz/fuzz_forwarded.c - what proxies say is believed whole or not at all, and one field more never makes a
 * client secure.
 *
 * A line is a field: F… is Forwarded, A… X-Forwarded-For, P… X-Forwarded-Proto.
 */
#include <assert.h>
#include <stdlib.h>

#include "http/forwarded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct address_set *
proxies_new(void)
{
	static const char *const networks[] = { "10.0.0.0/8", "fd00::/8" };
	struct address_set *proxies;

	if (address_set_new(networks, COUNT(networks), &proxies, NULL) != OK)
		abort();
	return proxies;
}

static void
add(struct message *m, const char *name, struct span value)
{
	m->headers[m->header_count++] = (struct header){ span_text(name), value };
}

static void
read_lines(struct message *m, struct span rest)
{
	while (rest.size && m->header_count < MESSAGE_HEADERS - 1) {
		struct span line = span_cut(&rest, '\n'), value = span_trim(span_skip(line, 1));

		if (line.size && line.data[0] == 'F')
			add(m, "Forwarded", value);
		else if (line.size && line.data[0] == 'A')
			add(m, "X-Forwarded-For", value);
		else if (line.size && line.data[0] == 'P')
			add(m, "X-Forwarded-Proto", value);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct address_set *proxies;
	const struct address nobody = { .bytes = { 1, 2, 3 } };
	struct address client = nobody, again = nobody;
	struct message m = { 0 };
	bool secure = false, still = false;
	char text[ADDRESS_TEXT];

	if (!proxies)
		proxies = proxies_new();
	read_lines(&m, span_of(data, size));
	if (!forwarded_read(&m, proxies, &client, &secure)) {
		assert(memcmp(client.bytes, nobody.bytes, sizeof(client.bytes)) == 0 && !secure);
	} else if (!address_set_has(proxies, &client)) {
		add(&m, "X-Forwarded-For", span_text(address_text(&client, text)));
		assert(forwarded_read(&m, proxies, &again, &still));
		assert(memcmp(client.bytes, again.bytes, sizeof(client.bytes)) == 0);
		assert(secure || !still);
	}
	return 0;
}
