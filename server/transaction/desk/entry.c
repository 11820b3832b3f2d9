/* transaction/desk/entry.c - what the ledger is told of the desk. */
#include "transaction/desk/entry.h"

#include <assert.h>

#include "base/random.h"
#include "codec/json_writer.h"

void
desk_entry_write(struct buffer *b, const struct desk_entry *e)
{
	const struct desk_case *c = e->at_desk;

	buffer_byte(b, '{');
	json_write_id_given(b, "account", &c->account);
	json_write_time(b, "at", e->now);
	json_write_id_given(b, "case", &c->id);
	json_write_name(b, "evidence");
	desk_evidence_tell(b, &c->evidence);
	if (e->facts.size) {
		json_write_name(b, "facts");
		buffer_add(b, e->facts);
	}
	json_write_member(b, "happened", span_text(e->happened));
	json_write_id_given(b, "record", &c->record);
	json_write_member(b, "registrar", span_text(e->registrar->number));
	json_write_name(b, "registrars");
	buffer_print(b, "[\"%s\"", c->registrars[0].number);
	if (*c->registrars[1].number)
		buffer_print(b, ",\"%s\"", c->registrars[1].number);
	buffer_byte(b, ']');
	if (e->settled) {
		json_write_name(b, "settled");
		buffer_byte(b, '{');
		json_write_id_given(b, "account", &e->settled->account);
		json_write_member(b, "as", span_text(desk_settled_name(e->settled->settled)));
		buffer_byte(b, '}');
	}
	buffer_byte(b, '}');
}

void
desk_entry_append(struct unit *unit, const struct id *id, const struct desk_entry *e)
{
	struct ledger_entry entry = { .kind = LEDGER_DESK };
	struct buffer content = buffer_init(LEDGER_ENTRY_LARGEST);

	random_bytes(entry.salt, sizeof(entry.salt));
	desk_entry_write(&content, e);
	assert(!content.overflowed); /* words and ids, all of them bounded */
	entry.content = buffer_span(&content);
	ledger_append(unit, *id, &entry);
	buffer_release(&content);
}
