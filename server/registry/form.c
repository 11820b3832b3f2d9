/* registry/form.c - the forms texts of member records have. */
#include "registry/form.h"

#include <assert.h>

#include "codec/text.h"
#include "model/policy_id.h"

#define URL_LARGEST 1024
#define PICTURE_LARGEST (64 * KIB)
#define HOST_LARGEST 253
#define LABEL_LARGEST 63

static bool
is_one_of(uint8_t c, const char *set)
{
	return c && strchr(set, c) != NULL;
}

static bool
is_lower(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alphanumeric(uint8_t c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c);
}

/* Text for people */

static bool
is_seen(struct span s, const char *but)
{
	uint32_t before = 0, c;

	for (; s.size; before = c) {
		c = utf8_cut(&s);
		if (character_unseen_behind(before, c) && !(c < 0x80 && is_one_of((uint8_t)c, but)))
			return false;
	}
	return true;
}

bool
form_unseen(struct span s, uint32_t *character, size_t *position)
{
	uint32_t before = 0;

	if (!utf8_valid(s))
		return false;
	for (*position = 1; s.size; ++*position, before = *character) {
		*character = utf8_cut(&s);
		if (character_unseen_behind(before, *character) && *character != '\n')
			return true;
	}
	return false;
}

static bool
is_name(struct span s)
{
	return s.data[0] != ' ' && s.data[s.size - 1] != ' ' && is_seen(s, "");
}

static bool
is_description(struct span s)
{
	return is_seen(s, "\n");
}

/* Identifiers */

/* 40 hexadecimal digits would be the page of an entity of a source (card.h). */
static bool
is_member_id(struct span s)
{
	uint8_t sum[20];

	if (hex_read(s, sum, sizeof(sum)))
		return false;
	for (size_t i = 0; i < s.size; i++)
		if (!is_lower(s.data[i]) && !is_digit(s.data[i]) && s.data[i] != '-')
			return false;
	return s.size >= 2 && s.data[0] != '-' && s.data[s.size - 1] != '-';
}

/* The characters of RFC 3986 s2, at least one. */
static bool
is_uri_rest(struct span s)
{
	uint8_t byte;

	for (size_t i = 0; i < s.size; i++) {
		if (s.data[i] == '%' ? !(s.size - i >= 3 && hex_read(span_of(s.data + i + 1, 2), &byte, 1))
		                     : !is_alphanumeric(s.data[i]) && !is_one_of(s.data[i], "-._~:/?#[]@!$&'()*+,;="))
			return false;
	}
	return s.size > 0;
}

static bool
is_uri(struct span s)
{
	struct span rest = s, scheme = span_cut(&rest, ':');

	for (size_t i = 0; i < scheme.size; i++)
		if (!is_alphanumeric(scheme.data[i]) && !(i && is_one_of(scheme.data[i], "+.-")))
			return false;
	return scheme.size && !is_digit(scheme.data[0]) && scheme.size < s.size && is_uri_rest(rest);
}

/* eduGAIN E1; by this the name can be fetched or is a registered one, and no browser takes it for a script. */
static bool
is_entity_id(struct span s)
{
	static const char *const schemes[] = { "https://", "http://", "urn:" };

	for (size_t i = 0; i < COUNT(schemes); i++)
		if (span_starts(s, schemes[i]))
			return is_uri_rest(span_skip(s, strlen(schemes[i])));
	return false;
}

/* Hosts */

static bool
is_label(struct span s, bool lower)
{
	for (size_t i = 0; i < s.size; i++)
		if (s.data[i] != '-' &&
		    !(lower ? is_lower(s.data[i]) || is_digit(s.data[i]) : is_alphanumeric(s.data[i])))
			return false;
	return s.size && s.size <= LABEL_LARGEST && s.data[0] != '-' && s.data[s.size - 1] != '-';
}

static bool
is_host(struct span s, bool lower)
{
	size_t labels = 1;

	if (s.size == 0 || s.size > HOST_LARGEST || s.data[s.size - 1] == '.')
		return false;
	for (struct span rest = s; rest.size; labels++)
		if (!is_label(span_cut(&rest, '.'), lower))
			return false;
	return labels > 2;
}

/* A scope of one label would be a whole top-level domain's. */
static bool
is_scope(struct span s)
{
	return is_host(s, true);
}

static bool
is_email(struct span s)
{
	struct span host = s, local = span_cut(&host, '@');

	if (local.size == 0 || local.size > 64 || local.data[local.size - 1] == '.')
		return false;
	for (struct span rest = local; rest.size;) {
		struct span atom = span_cut(&rest, '.');

		if (atom.size == 0)
			return false;
		for (size_t i = 0; i < atom.size; i++)
			if (!is_alphanumeric(atom.data[i]) && !is_one_of(atom.data[i], "!#$%&'*+/=?^_`{|}~-"))
				return false;
	}
	return is_host(host, false);
}

static bool
is_address_literal(struct span s)
{
	if (s.size < 3 || s.data[0] != '[' || s.data[s.size - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < s.size; i++)
		if (!is_digit(s.data[i]) && !is_one_of(s.data[i], ":.abcdefABCDEF"))
			return false;
	return true;
}

static bool
is_authority(struct span s)
{
	struct span host = s;
	size_t digits = 0;

	while (digits < 6 && host.size && is_digit(host.data[host.size - 1])) {
		host.size--;
		digits++;
	}
	if (host.size && host.data[host.size - 1] == ':' && digits >= 1 && digits <= 5)
		host.size--;
	else
		host = s;
	if (is_address_literal(host))
		return true;
	for (size_t i = 0; i < host.size; i++)
		if (!is_alphanumeric(host.data[i]) && host.data[i] != '.' && host.data[i] != '-')
			return false;
	return host.size && is_alphanumeric(host.data[0]) && is_alphanumeric(host.data[host.size - 1]);
}

/* https://HOST[:PORT], then nothing or a path, a query, a fragment; no user. */
static bool
is_https(struct span s)
{
	struct span rest = span_skip(s, strlen("https://"));
	size_t end = 0;

	if (!span_starts(s, "https://"))
		return false;
	while (end < rest.size && !is_one_of(rest.data[end], "/?#"))
		end++;
	return is_authority(span_first(rest, end)) && (end == rest.size || is_uri_rest(span_skip(rest, end)));
}

static bool
is_picture(struct span s)
{
	static const char *const kinds[] = { "data:image/png;base64,", "data:image/jpeg;base64,",
		"data:image/gif;base64,", "data:image/webp;base64,", "data:image/svg+xml;base64," };

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (span_starts(s, kinds[i])) {
			struct arena a = arena_init(4 * PICTURE_LARGEST);
			struct span written = span_skip(s, strlen(kinds[i])), bytes;
			bool good = written.size && base64_read(&a, written, &bytes);

			arena_release(&a);
			return good;
		}
	return s.size <= URL_LARGEST && is_https(s);
}

/* Small things */

static bool
is_telephone(struct span s)
{
	struct span rest = span_skip(s, s.data[0] == '+' ? 1 : 0);

	for (size_t i = 0; i < rest.size; i++)
		if (!is_digit(rest.data[i]) && !(i && is_one_of(rest.data[i], " ()-")))
			return false;
	return rest.size >= 3 && rest.size <= 30;
}

static bool
is_country(struct span s)
{
	return s.size == 2 && s.data[0] >= 'A' && s.data[0] <= 'Z' && s.data[1] >= 'A' && s.data[1] <= 'Z';
}

static bool
is_level(struct span s)
{
	for (size_t i = 0; i < s.size; i++)
		if (!is_alphanumeric(s.data[i]) && !(i && is_one_of(s.data[i], "+._-")))
			return false;
	return true;
}

static bool
is_attribute(struct span s)
{
	for (size_t i = 0; i < s.size; i++)
		if (s.data[i] <= ' ' || s.data[i] >= 0x7f)
			return false;
	return true;
}

const struct form form_name = { "one line of 1 to 200 characters, none invisible, no blank at its ends", 200, is_name };
const struct form form_description = { "1 to 2000 characters, none invisible but line breaks", 2000, is_description };
const struct form form_member_id = {
	"2 to 64 of a-z, 0-9 and -, a letter or digit first and last, not 40 hexadecimal digits", 64, is_member_id
};
const struct form form_entity_id = { "a URI of https:, http: or urn: of at most 1024 characters", 1024, is_entity_id };
const struct form form_https = { "a URL of https: of at most 1024 characters", URL_LARGEST, is_https };
const struct form form_picture = {
	"a URL of https:, or data:image/png;base64,… (png, jpeg, gif, webp, svg+xml) of at most "
	"65536 characters",
	PICTURE_LARGEST, is_picture
};
const struct form form_uri = { "an absolute URI of at most 1024 characters", URL_LARGEST, is_uri };
const struct form form_scope = { "a host name in lower case such as city.example.jp", HOST_LARGEST, is_scope };
const struct form form_email = { "an address such as office@city.example.jp", 254, is_email };
const struct form form_telephone = { "3 to 30 digits, blanks, brackets and hyphens, + in front", 31, is_telephone };
const struct form form_country = { "two capital letters of ISO 3166-1 such as JP", 2, is_country };
const struct form form_word = { "1 to 80 of a-z, 0-9, ., _ and -, a letter or digit first", POLICY_ID_LARGEST,
	policy_id_valid };
/* Others' levels may have capitals, which ours have not. */
const struct form form_level = { "1 to 80 letters, digits, +, ., _ and -, a letter or digit first",
	POLICY_LEVEL_LARGEST, is_level };
static_assert(POLICY_ID_LARGEST == 80 && POLICY_LEVEL_LARGEST == 80, "the sentences above say how many");
const struct form form_attribute = { "1 to 256 characters of ASCII, no blanks", 256, is_attribute };

/* Every byte but those that go on a character. */
static size_t
characters(struct span s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.size; i++)
		count += (s.data[i] & 0xc0) != 0x80;
	return count;
}

bool
form_holds(const struct form *form, struct span s)
{
	return s.size && utf8_valid(s) && characters(s) <= form->most && form->holds(s);
}
