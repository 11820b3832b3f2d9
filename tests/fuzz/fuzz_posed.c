/* tests/fuzz/fuzz_posed.c - a question that could be posed is whole: it demands levels its framework has, of facts
 * within their domains, none of them vouched for or observed by the request's own word; and it can be decided. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "assurance/policy_text.h"

#include "front/authzen/posed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing of the subject is kept here: whatever is known was said in the request. */
static const char access_text[] = "{\"default\":{\"framework\":\"small\",\"profile\":\"login\"},"
    "\"actions\":[{\"name\":\"free\",\"framework\":\"small\"}],"
    "\"properties\":[{\"of\":\"subject\",\"property\":\"device\",\"fact\":\"device.kind\"},"
    "{\"of\":\"action\",\"fact\":\"channel.kind\",\"otherwise\":\"open\"},"
    "{\"of\":\"resource\",\"property\":\"asks\",\"fact\":\"rp.asks_number\",\"otherwise\":false}]}";

static struct arena shared;
static struct policy_snapshot snapshot;
static const struct access *access;

static void
start(void)
{
	struct problem why;

	shared = arena_init(64 * MIB);
	snapshot.items[0].framework = policy_text_framework(&shared);
	snapshot.dictionary = snapshot.items[0].framework->dictionary;
	snapshot.count = 1;
	if (access_parse(&shared, "access.json", span_text(access_text), &access, &why) != OK)
		abort();
}

static void
check_request(const struct evaluation_request *r, struct decision *decision)
{
	const struct demand *demand = &r->question.demand;
	const struct framework *f = r->question.framework;

	assert(f == snapshot.items[0].framework && demand->count <= REQUIREMENTS_LARGEST);
	for (size_t i = 0; i < demand->count; i++)
		assert(demand->items[i].area < f->area_count &&
		    demand->items[i].level <= f->areas[demand->items[i].area].level_count);
	decide(&r->question, decision);
	assert(decision->permit == demand_met(demand, &decision->evaluation));
}

static void
check_posed(struct arena *a, const struct posed *posed, const struct posed_statements *statements)
{
	const struct facts *facts = &posed->facts;
	struct decision *decision = arena_new(a, struct decision);

	assert(posed->count >= 1 && posed->count <= POSED_FRAMEWORKS && posed->vouched_count <= POSED_VOUCHERS);
	assert(posed->requests[0].question.demand.count > 0);
	for (size_t i = 0; i < posed->vouched_count; i++)
		assert(posed->vouched[i] < statements->count && posed->vouched[i] <= i);
	for (size_t i = 0; i < facts->dictionary->count; i++)
		assert(!facts_known(facts, i, VOUCHED) && !facts_known(facts, i, OBSERVED));
	for (size_t i = 0; i < posed->count; i++)
		check_request(&posed->requests[i], decision);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(256 * MIB);
	struct asked_body body;
	struct posed *posed;
	struct problem why = { 0 };

	if (!access)
		start();
	if (asked_read_one(&a, span_of(data, size), &body, &why) == OK) {
		struct posed_statements statements = { .count = 0 };
		const struct transactions none = transactions_new(&a, span_text("member"), false, 0);
		const struct posing posing = { .access = access, .policies = &snapshot, .caller = span_text("caller"),
			.member = span_text("member"), .now = policy_text_now,
			.statements = &statements, .transactions = &none };

		if (pose(&a, &posing, &body.defaults, &posed, &why) == OK)
			check_posed(&a, posed, &statements);
		else
			assert(why.text[0] == '/' && why.code != ERR_UNAVAILABLE && statements.count == 0);
	}
	arena_release(&a);
	return 0;
}
