/* signer/wire.c - what is said between signer and client, as bytes. */
#include "signer/wire.h"

#include "base/record.h"

enum { MESSAGE_REQUEST = 1, MESSAGE_ANSWER = 2 };

size_t
signing_request_largest(enum signing_kind kind)
{
	static const size_t largest[SIGNING_KIND_COUNT] = {
		[SIGN_METADATA] = METADATA_REQUEST_LARGEST,
		[SIGN_TRUSTED_LIST] = TRUSTED_LIST_REQUEST_LARGEST,
		[SIGN_CHECKPOINT] = LEDGER_REQUEST_LARGEST,
		[SIGN_POLICY] = LEDGER_REQUEST_LARGEST,
		[ASK_LEDGER_HEAD] = LEDGER_REQUEST_LARGEST,
		[SIGN_POINT_METADATA] = POINT_METADATA_REQUEST_LARGEST,
		[SIGN_VAPID] = VAPID_REQUEST_LARGEST,
		[SIGN_ID_TOKEN] = OPENID_REQUEST_LARGEST,
		[SIGN_USERINFO] = OPENID_REQUEST_LARGEST,
		[SIGN_INTROSPECTION] = OPENID_REQUEST_LARGEST,
		[SIGN_LOGOUT_TOKEN] = OPENID_REQUEST_LARGEST,
	};

	return largest[kind];
}

void
signing_request_write(struct buffer *b, const struct signing_request *r)
{
	buffer_u8(b, MESSAGE_REQUEST);
	buffer_u64(b, r->id);
	buffer_u8(b, (uint8_t)r->kind);
	buffer_block(b, r->key);
	buffer_block(b, r->payload);
}

bool
signing_request_read(struct span message, struct signing_request *out)
{
	struct record r = record_of(message);
	uint8_t type = record_u8(&r), kind;

	out->id = record_u64(&r);
	kind = record_u8(&r);
	out->key = record_block(&r);
	out->payload = record_block(&r);
	out->kind = kind < SIGNING_KIND_COUNT ? (enum signing_kind)kind : SIGN_NOTHING;
	return record_whole(&r) && message.size <= signing_request_largest(out->kind) && type == MESSAGE_REQUEST &&
	    out->kind != SIGN_NOTHING && out->key.size > 0 && out->key.size <= KEY_NAME_LARGEST;
}

void
signing_answer_write(struct buffer *b, const struct signing_answer *a)
{
	buffer_u8(b, MESSAGE_ANSWER);
	buffer_u64(b, a->id);
	buffer_u8(b, (uint8_t)a->problem.code);
	if (a->problem.code == OK) {
		buffer_block(b, a->signature);
		return;
	}
	buffer_block(b, span_text(a->problem.clause));
	buffer_block(b, span_text(a->problem.text));
}

static void
take_text(struct record *r, char *out, size_t room)
{
	struct span s = span_first(record_block(r), room - 1);

	if (s.size)
		memcpy(out, s.data, s.size);
	out[s.size] = '\0';
}

bool
signing_answer_read(struct span message, struct signing_answer *out)
{
	struct record r = record_of(message);
	uint8_t type = record_u8(&r), code;

	*out = (struct signing_answer){ .id = record_u64(&r) };
	code = record_u8(&r);
	if (code == OK) {
		out->signature = record_block(&r);
	} else {
		take_text(&r, out->problem.clause, sizeof(out->problem.clause));
		take_text(&r, out->problem.text, sizeof(out->problem.text));
	}
	if (!record_whole(&r) || type != MESSAGE_ANSWER || code > ERR_CRYPTO ||
	    (code == OK && out->signature.size == 0))
		return false;
	out->problem.code = (enum err)code;
	return true;
}
