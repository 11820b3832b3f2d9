/* base/random.c - unpredictable bytes from the kernel. */
#include "base/random.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define DRAWN_AT_ONCE 1024
#define NUMBERS 1000000 /* of as many digits */

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

void
random_digits(char out[RANDOM_DIGITS])
{
	/* The last incomplete round of the numbers would make the first of them likelier. */
	const uint32_t most = UINT32_MAX - UINT32_MAX % NUMBERS;
	uint32_t number;

	do
		random_bytes(&number, sizeof(number));
	while (number >= most);
	for (int i = RANDOM_DIGITS - 2; i >= 0; i--, number /= 10)
		out[i] = (char)('0' + number % 10);
	out[RANDOM_DIGITS - 1] = '\0';
	explicit_bzero(&number, sizeof(number));
}
