/* tests/fuzz/fuzz_vouching.c - whatever a voucher signs: a statement that holds is within its time and made for who
 * asks, its facts are vouched and within their domains, and none is one that only others state. The input is the JWT's
 * payload. */
#include <assert.h>
#include <stdlib.h>

#include "assurance/dictionary_text.h"
#include "crypto/jwt_maker.h"
#include "transaction/stage.h"

#include "transaction/decision/vouching.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char dictionary_text[] = DICTIONARY(
    DICTIONARY_FACT("token.good", "boolean", "\"idp\"", "") ","
    DICTIONARY_FACT("token.uses", "integer", "\"idp\"", ",\"least\":0,\"most\":9") ","
    DICTIONARY_FACT("token.brief", "boolean", "\"idp\"", ",\"fresh_for\":\"PT5S\"") ","
    DICTIONARY_FACT("rp.standing", "boolean", "\"watashi\",\"registry\"", "") ","
    DICTIONARY_FACT("desk.good", "boolean", "\"proofing-provider\"", ""));
#define OTHERS_FIRST 3 /* from here on facts are not an identity provider's to state */

static struct stage stage;
static struct maker_key key;
static const struct dictionary *dictionary;
static struct roll *roll;

struct heard {
	bool done;
	enum err err;
	const struct statement *statements;
};

static void
start(void)
{
	stage_open(&stage, 1);
	key = maker_key_new(&stage.arena, "P-256");
	stage_member_as(&stage, "hospital", STANDING_APPROVED,
	    "{\"entities\":[{\"entity_id\":\"https://idp.example/\",\"roles\":[\"idp\"]}],\"id\":\"x\"}");
	stage_member_as(&stage, "bank", STANDING_APPROVED,
	    "{\"entities\":[{\"entity_id\":\"https://bank.example/\",\"roles\":[\"rp\"]}],\"id\":\"x\"}");
	stage_caller(&stage, &(struct caller){ .name = span_text("hospital-1"), .member = span_text("hospital"),
	    .rights = CALLER_VOUCH, .keys = { key.spki }, .key_count = 1 });
	roll = roll_new();
	dictionary = dictionary_of(&stage.arena, dictionary_text);
}

static void
on_heard(void *arg, enum err err, const struct statement *statements, const struct problem *why)
{
	struct heard *h = arg;

	(void)why;
	*h = (struct heard){ .done = true, .err = err, .statements = statements };
}

/* Signed whatever it is. */
static struct span
signed_payload(struct arena *a, struct span payload)
{
	static const char header[] = "{\"alg\":\"ES256\",\"typ\":\"assurance-facts+jwt\"}";
	struct span h = base64url_write(a, span_text(header)), p = base64url_write(a, payload), signature;
	const char *input = arena_print(a, "%.*s.%.*s", SPAN_ARGS(h), SPAN_ARGS(p));

	signature = base64url_write(a, maker_sign(a, &key, "ES256", span_text(input)));
	return span_text(arena_print(a, "%s.%.*s", input, SPAN_ARGS(signature)));
}

static void
check_facts(const struct facts *f)
{
	for (size_t i = 0; i < dictionary->count; i++) {
		assert(!facts_known(f, i, OBSERVED));
		assert(i < OTHERS_FIRST || !facts_known(f, i, CLAIMED));
	}
	assert(!facts_known(f, 1, CLAIMED) || (f->value[1] >= 0 && f->value[1] <= 9));
}

static void
check_statement(const struct statement *s)
{
	const struct statement *list[] = { s, s };
	const struct vouching_subject other = { span_text("user"), span_text("somebody else") };
	const struct vouching_subject own = { span_text("user"), s->subject };
	struct facts facts;
	struct problem why = { 0 };

	assert(span_is(s->member, "hospital"));
	check_facts(s->facts);
	facts_init(&facts, dictionary);
	/* About nobody it counts for nobody; beside itself it says nothing else. */
	assert(vouching_apply(list, 1, &other, "/context/vouched", &facts, &why) != OK ||
	    span_is(s->subject.size ? s->subject : s->transaction, "somebody else"));
	assert(why.code == OK || span_starts(span_text(why.text), "/context/vouched/0"));
	facts_init(&facts, dictionary);
	if (s->subject.size && vouching_apply(list, 2, &own, "/context/vouched", &facts, &why) == OK)
		check_facts(&facts);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct heard heard = { 0 };
	struct span statement;

	if (!dictionary)
		start();
	if (size > 8 * KIB)
		return 0;
	a = arena_init(64 * MIB);
	statement = signed_payload(&a, span_of(data, size));
	vouching_take(stage.store, roll, &a, &(struct vouching){ .statements = &statement, .count = 1,
	    .audience = span_text("https://federation.example"), .asker = span_text("bank"), .dictionary = dictionary,
	    .now = stage.now }, on_heard, &heard);
	while (!heard.done && store_memory_step(stage.store, stage.now))
		continue;
	assert(heard.done && heard.err == OK);
	if (heard.statements[0].problem.code == OK)
		check_statement(&heard.statements[0]);
	else
		assert(heard.statements[0].problem.text[0]);
	arena_release(&a);
	return 0;
}
