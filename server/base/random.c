/* base/random.c - unpredictable bytes from the kernel. */
#include "base/random.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define DRAWN_AT_ONCE 1024

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

/* What the kernel gave and nobody has taken yet: bytes[0..left). */
static _Thread_local struct {
	uint8_t bytes[DRAWN_AT_ONCE];
	size_t left;
} drawn;
static pthread_once_t forget_once = PTHREAD_ONCE_INIT;

/* Else a child would give the names and salts that its parent gives. */
static void
forget_in_child(void)
{
	explicit_bzero(drawn.bytes, sizeof(drawn.bytes));
	drawn.left = 0;
}

static void
forget_in_children(void)
{
	if (pthread_atfork(NULL, NULL, forget_in_child) != 0)
		abort();
}

void
random_draw(void *out, size_t size)
{
	if (size > sizeof(drawn.bytes)) {
		random_bytes(out, size);
		return;
	}
	if (drawn.left < size) {
		pthread_once(&forget_once, forget_in_children);
		random_bytes(drawn.bytes, sizeof(drawn.bytes));
		drawn.left = sizeof(drawn.bytes);
	}
	drawn.left -= size;
	memcpy(out, drawn.bytes + drawn.left, size);
	explicit_bzero(drawn.bytes + drawn.left, size);
}
