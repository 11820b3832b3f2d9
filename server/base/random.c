/* base/random.c - unpredictable bytes from the kernel. */
#include "base/random.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

void
random_bytes(void *out, size_t size)
{
	uint8_t *at = out;

	while (size) {
		ssize_t got = getrandom(at, size, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort();
		at += got;
		size -= (size_t)got;
	}
}

struct id
id_new(struct instant now)
{
	uint64_t ms = (uint64_t)(now.us / 1000);
	struct id id;

	for (size_t i = 6; i-- > 0; ms >>= 8)
		id.bytes[i] = (uint8_t)ms;
	random_bytes(id.bytes + 6, sizeof(id.bytes) - 6);
	return id;
}
