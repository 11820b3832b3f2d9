/* jpki/crl_guess.c - how the serials of a list spread, guessed from some of them. */
#include "jpki/crl_guess.h"

#include <stdlib.h>

#include "codec/der.h"

#define PLACES 16384         /* that are looked at */
#define NEAR 512             /* bytes behind each, to find what looks like an entry */

/* A serial between a SEQUENCE's header and a time's. */
static bool
looks_like_entry(struct span bytes, struct span *serial)
{
	const uint8_t *at = bytes.data;
	size_t size = bytes.size > 4 ? at[3] : 0;

	if (size == 0 || size > CRL_SERIAL_LARGEST || bytes.size < 4 + size + 2 || at[0] != DER_SEQUENCE ||
	    at[2] != DER_INTEGER)
		return false;
	*serial = span_of(at + 4, size);
	at += 4 + size;
	return (at[0] == DER_UTC_TIME && at[1] == 13) || (at[0] == DER_GENERALIZED_TIME && at[1] == 15);
}

static bool
find_serial(struct span bytes, struct span *serial)
{
	for (size_t at = 0; at < NEAR && at < bytes.size; at++)
		if (looks_like_entry(span_skip(bytes, at), serial))
			return true;
	return false;
}

/* What was looked at: keys, with room to be read as rows. */
struct keys {
	uint8_t (*key)[CRL_SERIAL_LARGEST + 8];
	uint32_t count;
};

static void
set_prefix(struct crl_guess *guess, const struct keys *keys, size_t size)
{
	uint8_t differ[CRL_SERIAL_LARGEST] = { 0 };

	for (uint32_t i = 0; i < keys->count; i++)
		for (size_t n = 0; n < size; n++)
			differ[n] |= keys->key[i][n] ^ guess->first[n];
	for (; guess->prefix < 8 * size - CRL_GUESS_BITS; guess->prefix++) {
		size_t byte = guess->prefix / 8;
		uint8_t bit = (uint8_t)(0x80 >> guess->prefix % 8);

		if (differ[byte] & bit)
			break;
		guess->mask[byte] |= bit;
	}
}

static void
guess_from(const struct keys *keys, size_t size, struct crl_guess *out)
{
	*out = (struct crl_guess){ .count = keys->count, .sorted = true };
	if (keys->count)
		memcpy(out->first, keys->key[0], size);
	set_prefix(out, keys, size);
	for (uint32_t i = 0; i < keys->count; i++) {
		out->bins[crl_guess_bin(out, keys->key[i], size)]++;
		out->sorted &= i == 0 || crl_key_above(keys->key[i], keys->key[i - 1], size);
	}
}

void
crl_guess_of(struct span entries, struct crl_guess out[CRL_LONG + 1])
{
	struct keys keys[CRL_LONG + 1] = { { .count = 0 } };
	size_t apart = entries.size / PLACES + 1;
	struct span serial;

	for (size_t k = CRL_SHORT; k <= CRL_LONG; k++)
		if (!(keys[k].key = calloc(PLACES, sizeof(*keys[k].key))))
			abort();
	for (size_t at = 0; at < entries.size; at += apart) {
		struct span bytes = span_skip(entries, at);

		if (!find_serial(bytes, &serial))
			continue;
		enum crl_rows k = crl_kind_of(serial);

		crl_key_of(serial, keys[k].key[keys[k].count++], crl_row_kinds[k].key);
		/* Places of a short list are nearer than its entries. */
		at += (size_t)(serial.data - bytes.data);
	}
	for (size_t k = CRL_SHORT; k <= CRL_LONG; k++) {
		guess_from(&keys[k], crl_row_kinds[k].key, &out[k]);
		free(keys[k].key);
	}
}
