/* authn/one_time_code.c - codes of a shared secret. */
#include "authn/one_time_code.h"

#include <stdlib.h>

#include <liboath/oath.h>
#include <openssl/crypto.h>

#include "codec/text.h"

#define DIGITS_LEAST 6
#define DIGITS_LARGEST 8
#define GROUP 4

static const struct {
	int flag;          /* liboath's */
	const char *name;
} digests[] = {
	[CODE_SHA1] = { 0, "SHA1" },
	[CODE_SHA256] = { OATH_TOTP_HMAC_SHA256, "SHA256" },
	[CODE_SHA512] = { OATH_TOTP_HMAC_SHA512, "SHA512" },
};

static enum err
check_seed(const struct code_seed *seed, const struct code_windows *windows, struct problem *why)
{
	const char *text = NULL;

	if (seed->kind != CODE_HOTP && seed->kind != CODE_TOTP)
		text = "neither HOTP nor TOTP";
	else if (seed->digest >= COUNT(digests) || (seed->kind == CODE_HOTP && seed->digest != CODE_SHA1))
		text = "a digest that is none of its kind";
	else if (seed->digits < DIGITS_LEAST || seed->digits > DIGITS_LARGEST)
		text = "codes of 6 to 8 digits are expected";
	else if (seed->kind == CODE_TOTP && (seed->period < 1 || seed->period > 3600))
		text = "a period of 1 to 3600 seconds is expected";
	else if (seed->secret.size < CODE_SECRET_LEAST || seed->secret.size > CODE_SECRET_LARGEST)
		text = "a secret of 16 to 64 bytes is expected";
	else if (windows->ahead > CODE_AHEAD_LARGEST || windows->around > CODE_AHEAD_LARGEST ||
	    windows->resynchronising > CODE_AHEAD_LARGEST)
		text = "a window of at most 1000 is expected";
	return text ? problem_set(why, ERR_INVALID, "RFC 4226 s5.3, RFC 6238 s1.2", "%s", text) : OK;
}

static bool
all_digits(struct span code, unsigned digits)
{
	uint64_t number;

	return code.size == digits && span_number(code, &number);
}

/* Time counted in steps of a second from 1970 is a moving factor like any other: one function has all the digests. */
static bool
is_code(const struct code_seed *seed, uint64_t factor, struct span code)
{
	char expected[DIGITS_LARGEST + 1];

	return oath_totp_generate2((const char *)seed->secret.data, seed->secret.size, (time_t)factor, 1, 0,
	    seed->digits,
	           digests[seed->digest].flag, expected) == OATH_OK &&
	    CRYPTO_memcmp(expected, code.data, seed->digits) == 0;
}

/* Every factor is tried, also behind the one that fits: how long it takes says nothing of where that is. */
static bool
search(const struct code_seed *seed, uint64_t first, uint64_t last, struct span code, struct span second,
    uint64_t *found)
{
	bool taken = false;

	for (uint64_t factor = first < seed->next ? seed->next : first; factor <= last; factor++) {
		if (!is_code(seed, factor, code) || (second.size && !is_code(seed, factor + 1, second)))
			continue;
		if (!taken)
			*found = factor + (second.size > 0);
		taken = true;
	}
	return taken;
}

enum err
code_check(const struct code_seed *seed, const struct code_windows *windows, struct span code, struct span second,
    struct instant now, struct code_found *out, struct problem *why)
{
	uint64_t step, centre, first, last, window, found = 0;

	*out = (struct code_found){ .next = seed->next, .drift = seed->drift };
	if (check_seed(seed, windows, why) != OK)
		return why ? why->code : ERR_INVALID;
	if (!all_digits(code, seed->digits) || (second.size && !all_digits(second, seed->digits)))
		return OK;
	if (seed->kind == CODE_HOTP) {
		last = seed->next + (second.size ? windows->resynchronising : windows->ahead);
		out->taken = search(seed, seed->next, last, code, second, &found);
	} else {
		step = (uint64_t)(now.us / SECONDS(seed->period));
		centre = step + (uint64_t)(int64_t)seed->drift;
		window = second.size ? windows->resynchronising : windows->around;
		first = centre > window ? centre - window : 0;
		out->taken = search(seed, first, centre + window, code, second, &found);
		if (out->taken)
			out->drift = (int32_t)((int64_t)found - (int64_t)step);
	}
	if (out->taken)
		out->next = found + 1;
	return OK;
}

/* base32 (RFC 4648 s6) without padding, in the arena. */
static struct span
base32(struct arena *a, struct span bytes)
{
	char *text = NULL, *copy;
	size_t size = 0;

	if (oath_base32_encode((const char *)bytes.data, bytes.size, &text, &size) != OATH_OK)
		abort();
	while (size && text[size - 1] == '=')
		size--;
	copy = arena_take(a, size + 1);
	memcpy(copy, text, size);
	OPENSSL_cleanse(text, size);
	free(text);
	return span_of(copy, size);
}

struct span
code_uri(struct arena *a, const struct code_seed *seed, struct span issuer, struct span account)
{
	struct span secret = base32(a, seed->secret), from = percent_write(a, issuer), whose = percent_write(a,
	    account);

	if (seed->kind == CODE_HOTP)
		return span_text(arena_print(a,
		    "otpauth://hotp/%.*s:%.*s?secret=%.*s&issuer=%.*s&digits=%u&counter=%llu",
		    SPAN_ARGS(from), SPAN_ARGS(whose), SPAN_ARGS(secret), SPAN_ARGS(from), seed->digits,
		    (unsigned long long)seed->next));
	return span_text(arena_print(a,
	    "otpauth://totp/%.*s:%.*s?secret=%.*s&issuer=%.*s&algorithm=%s&digits=%u&period=%u",
	    SPAN_ARGS(from), SPAN_ARGS(whose), SPAN_ARGS(secret), SPAN_ARGS(from), digests[seed->digest].name,
	    seed->digits, seed->period));
}

struct span
code_secret_text(struct arena *a, struct span secret)
{
	struct span letters = base32(a, secret);
	char *text = arena_take(a, letters.size + letters.size / GROUP + 1);
	size_t n = 0;

	for (size_t i = 0; i < letters.size; i++) {
		if (i && i % GROUP == 0)
			text[n++] = ' ';
		text[n++] = (char)letters.data[i];
	}
	return span_of(text, n);
}
