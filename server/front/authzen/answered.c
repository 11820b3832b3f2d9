/* front/authzen/answered.c - one question's answer as JSON. */
#include "front/authzen/answered.h"

#include "codec/text.h"
#include "front/authzen/front.h"

/* What proves the decision to whoever holds this answer: the salt opens the entry to them, the commitment is what
 * stands in the log (ledger/entry.h). */
static void
write_receipt(struct buffer *b, const char *base_url, const struct evaluation_answer *answer)
{
	char id[LEDGER_ID_TEXT];

	buffer_text(b, ",\"receipt\":{\"url\":\"");
	buffer_text(b, base_url);
	buffer_text(b, "/v1/receipts/");
	buffer_text(b, ledger_id_text(&answer->id, id));
	buffer_text(b, "\",\"commitment\":\"");
	hex_add(b, span_of(answer->commitment.bytes, HASH_SIZE));
	buffer_text(b, "\",\"salt\":\"");
	hex_add(b, span_of(answer->salt, LEDGER_SALT));
	buffer_text(b, "\"}");
}

static void
write_context(struct buffer *b, const char *base_url, struct instant now, const struct evaluation_answer *answer)
{
	char id[LEDGER_ID_TEXT], at[INSTANT_TEXT];

	buffer_text(b, "\"evaluation_id\":\"");
	buffer_text(b, ledger_id_text(&answer->id, id));
	buffer_text(b, "\",\"evaluated_at\":\"");
	buffer_text(b, instant_text(now, at));
	buffer_text(b, "\",");
	decision_write(b, answer->decision);
	write_receipt(b, base_url, answer);
}

static void
write_decided(struct buffer *b, const char *base_url, struct instant now, const struct answered *answered)
{
	const struct evaluation_answer *first = &answered->answers[0];

	buffer_text(b, first->decision->permit ? "{\"decision\":true" : "{\"decision\":false");
	buffer_text(b, ",\"context\":{");
	write_context(b, base_url, now, first);
	if (answered->advice_omitted)
		buffer_text(b, ",\"advice_omitted\":\"limit\"");
	if (answered->step_up)
		decision_obligations_write(b, first->decision);
	if (answered->count > 1) {
		buffer_text(b, ",\"also\":[");
		for (size_t i = 1; i < answered->count; i++) {
			buffer_text(b, i > 1 ? ",{" : "{");
			write_context(b, base_url, now, &answered->answers[i]);
			buffer_text(b, "}");
		}
		buffer_text(b, "]");
	}
	buffer_text(b, "}}");
}

/* Of one among several: it alone is not decided (s7.2.1). */
static void
write_undecided(struct buffer *b, const struct problem *why)
{
	buffer_print(b, "{\"decision\":false,\"context\":{\"error\":{\"status\":%d,\"message\":",
	    asking_status(why->code));
	json_write_string(b, span_text(why->text));
	buffer_text(b, "}}}");
}

void
answered_write(struct buffer *b, const char *base_url, struct instant now, const struct answered *answered)
{
	if (answered->problem)
		write_undecided(b, answered->problem);
	else
		write_decided(b, base_url, now, answered);
}
