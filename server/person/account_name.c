/* person/account_name.c - by what a person may say who it is: an account's number, a mail address.
 *
 *     typed -> plain letters (NFKC) -> number: ten letters of Crockford's base32 | address: its parts in lower case
 *           -> SHA-256 of kind and name: the key
 */
#include "person/account.h"

#include "base/record.h"
#include "base/role.h"
#include "codec/comparable.h"
#include "crypto/digest.h"

#define FORM 1
#define NUMBER 10
#define LOCAL_LARGEST 64 /* RFC 5321 s4.5.3.1.1 */
#define LABEL_LARGEST 63
#define TYPED_LARGEST (3 * CONTACT_LARGEST) /* full-width letters have three bytes */

const struct table account_name_table = { "account-name", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), 0 };

/* The digit or letter that is meant; 0: none, '-': nothing. */
static char
number_letter(uint8_t c)
{
	if (c >= 'a' && c <= 'z')
		c = (uint8_t)(c - 'a' + 'A');
	if (c == ' ' || c == '-')
		return '-';
	if (c == 'I' || c == 'L')
		return '1';
	if (c == 'O')
		return '0';
	if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z' && c != 'U'))
		return (char)c;
	return 0;
}

static bool
number_read(struct span plain, char out[NUMBER])
{
	size_t size = 0;

	for (size_t i = 0; i < plain.size; i++) {
		char c = number_letter(plain.data[i]);

		if (c == '-')
			continue;
		if (c == 0 || size == NUMBER)
			return false;
		out[size++] = c;
	}
	return size == NUMBER;
}

/* RFC 5322 s3.2.3, and dots anywhere: addresses of Japan's mobile carriers have had them in a row and at the end.
 * Nothing that would need quotes: what is written into a message's head must be plain. */
static bool
is_local(struct span s)
{
	static const char others[] = "!#$%&'*+-/=?^_`{|}~.";

	for (size_t i = 0; i < s.size; i++) {
		uint8_t c = s.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    !(c && strchr(others, c)))
			return false;
	}
	return s.size && s.size <= LOCAL_LARGEST;
}

static bool
is_label(struct span s)
{
	for (size_t i = 0; i < s.size; i++) {
		uint8_t c = s.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return s.size && s.size <= LABEL_LARGEST && s.data[0] != '-' && s.data[s.size - 1] != '-';
}

/* Two labels or more: mail to a host of this network is nobody's address. */
static bool
is_domain(struct span s)
{
	size_t labels = 0;

	if (s.size && s.data[s.size - 1] == '.')
		return false;
	for (; s.size; labels++)
		if (!is_label(span_cut(&s, '.')))
			return false;
	return labels >= 2;
}

static bool
is_address(struct span plain)
{
	struct span domain = plain, local = span_cut(&domain, '@');

	return plain.size <= CONTACT_LARGEST && is_local(local) && is_domain(domain);
}

struct span
contact_address_read(struct arena *arena, struct span typed)
{
	struct buffer plain = buffer_init(2 * KIB);
	struct span address = { 0 };

	if (typed.size <= TYPED_LARGEST)
		comparable_add(&plain, typed);
	if (!plain.overflowed && is_address(buffer_span(&plain)))
		address = arena_copy(arena, buffer_span(&plain));
	buffer_release(&plain);
	return address;
}

/* The part before the @ in lower case, too: it is the mail host's to tell letters apart (RFC 5321 s2.4), and none that
 * people use does. Mail itself goes to the address as it was typed. */
static struct span
lower(struct arena *arena, struct span address)
{
	uint8_t *out = arena_take(arena, address.size);

	for (size_t i = 0; i < address.size; i++)
		out[i] = address.data[i] >= 'A' && address.data[i] <= 'Z' ? (uint8_t)(address.data[i] + 'a' - 'A') :
		    address.data[i];
	return span_of(out, address.size);
}

static struct span
key_of(struct arena *arena, const char *kind, struct span name)
{
	const struct span pieces[] = { span_text(kind), span_of("", 1), name };
	uint8_t sum[32];

	digest_pieces(DIGEST_SHA256, pieces, COUNT(pieces), sum);
	return arena_copy(arena, span_of(sum, sizeof(sum)));
}

struct span
account_name_key(struct arena *arena, struct span typed)
{
	struct buffer plain = buffer_init(2 * KIB);
	struct span key = { 0 };
	char number[NUMBER];

	if (typed.size <= TYPED_LARGEST)
		comparable_add(&plain, typed);
	if (plain.overflowed)
		buffer_clear(&plain);
	if (is_address(buffer_span(&plain)))
		key = key_of(arena, "address", lower(arena, buffer_span(&plain)));
	else if (number_read(buffer_span(&plain), number))
		key = key_of(arena, "number", span_of(number, sizeof(number)));
	buffer_release(&plain);
	return key;
}

/* Rows: form(u8) id(16) */

struct ask
account_name_ask(struct arena *arena, struct span typed)
{
	/* One byte is nobody's key. */
	const struct span key = account_name_key(arena, typed);

	return (struct ask){ .table = &account_name_table, .from = key.size ? key : span_text("-") };
}

enum err
account_name_loaded(const struct ask *ask, struct id *out, uint64_t *generation, struct problem *why)
{
	struct record r = record_of(ask->count ? ask->rows[0].value : (struct span){ 0 });
	uint8_t form = record_u8(&r);

	*out = record_id(&r);
	*generation = 0;
	if (!ask->count)
		return problem_set(why, ERR_NOT_FOUND, "", "no account has this number or address");
	if (form != FORM || !record_whole(&r))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "an account name's row in the store is of a form this build does not know");
	*generation = ask->rows[0].generation;
	return OK;
}

void
account_name_put(struct unit *unit, struct span key, const struct id *account, uint64_t generation)
{
	uint8_t row[1 + sizeof(account->bytes)] = { FORM };

	memcpy(row + 1, account->bytes, sizeof(account->bytes));
	unit_expect(unit, &account_name_table, key, generation);
	unit_put(unit, &account_name_table, key, span_of(row, sizeof(row)));
}

void
account_name_remove(struct unit *unit, struct span key, uint64_t generation)
{
	unit_expect(unit, &account_name_table, key, generation);
	unit_delete(unit, &account_name_table, key);
}
