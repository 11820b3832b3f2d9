/* ledger/entry.c - entries of the log as rows: leaf and entry, put in the unit of what they tell of.
 *
 *     leaf  = commitment(32) id(16)
 *     entry = number(u64, the recorder's) format(u8) kind(u8) salt(16) party(block) content(block)
 */
#include "ledger/entry.h"

#include <assert.h>

#include "base/record.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "store/unit.h"

#define FORMAT 1
#define PARTY_LARGEST 255
#define LEAF_SIZE (HASH_SIZE + sizeof(struct id))
#define ENTRY_HEAD KIB

const struct table ledger_leaf_table = { "ledger-leaf", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD),
	TABLE_APPEND_ONLY | TABLE_NOTICED };
const struct table ledger_entry_table = { "ledger-entry", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), 0 };

static const char *const kind_names[LEDGER_KINDS] = {
	[LEDGER_NOTHING] = "nothing",
	[LEDGER_DECISION] = "decision",
	[LEDGER_CHANGE] = "change",
	[LEDGER_POLICY] = "policy",
	[LEDGER_ERASURE] = "erasure",
	[LEDGER_PROOFING] = "proofing",
	[LEDGER_CREDENTIAL] = "credential",
	[LEDGER_DESK] = "desk",
};

const char *
ledger_kind_name(enum ledger_kind kind)
{
	assert(kind < LEDGER_KINDS);
	return kind_names[kind];
}

struct hash
ledger_commitment(const uint8_t salt[LEDGER_SALT], struct span content)
{
	const struct span pieces[] = { span_of(salt, LEDGER_SALT), content };
	struct hash h;

	digest_pieces(DIGEST_SHA256, pieces, COUNT(pieces), h.bytes);
	return h;
}

/* All that stands before the content's bytes, behind the number. */
static void
write_head(struct buffer *b, const struct ledger_entry *e)
{
	assert(e->kind > LEDGER_NOTHING && e->kind < LEDGER_KINDS && e->party.size <= PARTY_LARGEST &&
	    e->content.size <= LEDGER_ENTRY_LARGEST);
	buffer_u8(b, FORMAT);
	buffer_u8(b, (uint8_t)e->kind);
	buffer_add(b, span_of(e->salt, sizeof(e->salt)));
	buffer_block(b, e->party);
	buffer_u32(b, (uint32_t)e->content.size);
}

struct hash
ledger_append(struct unit *unit, struct id id, const struct ledger_entry *e)
{
	const struct hash commitment = ledger_commitment(e->salt, e->content);
	struct buffer head = buffer_init(ENTRY_HEAD);
	uint8_t leaf[LEAF_SIZE];

	memcpy(leaf, commitment.bytes, HASH_SIZE);
	memcpy(leaf + HASH_SIZE, id.bytes, sizeof(id.bytes));
	unit_append(unit, &ledger_leaf_table, span_of(leaf, sizeof(leaf)));
	write_head(&head, e);
	unit_put_numbered_pieces(unit, &ledger_entry_table, id_span(&id), buffer_span(&head),
	    e->content);
	buffer_release(&head);
	return commitment;
}

void
ledger_entry_erase(struct unit *unit, struct id id, const struct ledger_entry *e)
{
	const struct ledger_entry empty = { .kind = e->kind, .party = e->party };
	struct buffer b = buffer_init(ENTRY_HEAD);

	buffer_u64(&b, e->number);
	write_head(&b, &empty);
	unit_put(unit, &ledger_entry_table, id_span(&id), buffer_span(&b));
	buffer_release(&b);
}

bool
ledger_entry_read(struct span value, struct ledger_entry *out)
{
	struct record r = record_of(value);
	uint8_t format, kind;
	struct span salt;

	*out = (struct ledger_entry){ .number = record_u64(&r) };
	format = record_u8(&r);
	kind = record_u8(&r);
	salt = record_bytes(&r, LEDGER_SALT);
	out->party = record_block(&r);
	out->content = record_block(&r);
	if (!record_whole(&r) || format != FORMAT || out->number == 0 || kind == LEDGER_NOTHING ||
	    kind >= LEDGER_KINDS || out->party.size > PARTY_LARGEST || out->content.size > LEDGER_ENTRY_LARGEST) {
		*out = (struct ledger_entry){ 0 };
		return false;
	}
	out->kind = (enum ledger_kind)kind;
	memcpy(out->salt, salt.data, LEDGER_SALT);
	return true;
}

enum err
ledger_entry_loaded(const struct row *row, struct ledger_entry *out, struct problem *why)
{
	char key[2 * sizeof(struct id) + 1];

	if (row->key.size == sizeof(struct id) && ledger_entry_read(row->value, out))
		return OK;
	return problem_set(why, ERR_UNAVAILABLE, "",
	    "the ledger's entry %s is of a form this build does not know",
	    hex_text(span_first(row->key, sizeof(struct id)), key));
}

bool
ledger_leaf_read(struct span value, struct hash *commitment, struct id *id)
{
	if (value.size != LEAF_SIZE)
		return false;
	memcpy(commitment->bytes, value.data, HASH_SIZE);
	memcpy(id->bytes, value.data + HASH_SIZE, sizeof(id->bytes));
	return true;
}

struct span
ledger_number_key(struct arena *a, uint64_t number)
{
	uint8_t *key = arena_take(a, 8);

	for (size_t i = 8; i-- > 0; number >>= 8)
		key[i] = (uint8_t)number;
	return span_of(key, 8);
}

bool
ledger_number_read(struct span key, uint64_t *out)
{
	struct record r = record_of(key);

	*out = record_u64(&r);
	return record_whole(&r);
}

const char *
ledger_id_text(const struct id *id, char out[LEDGER_ID_TEXT])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof(id->bytes); i++) {
		out[2 * i] = digits[id->bytes[i] >> 4];
		out[2 * i + 1] = digits[id->bytes[i] & 15];
	}
	out[LEDGER_ID_TEXT - 1] = '\0';
	return out;
}

/* One way to write an id, so that nobody is told of two receipts where there is one. */
bool
ledger_id_read(struct span text, struct id *out)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] >= 'A' && text.data[i] <= 'F')
			return false;
	return text.size == LEDGER_ID_TEXT - 1 && hex_read(text, out->bytes, sizeof(out->bytes));
}
