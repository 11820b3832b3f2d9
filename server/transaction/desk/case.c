/* transaction/desk/case.c - one face-to-face proofing at the registrar's desk: its row and its steps.
 *
 *     row      = form(u8) id(16) state(u8) opened(u64) changed(u64) registrar(2) account(16) number(12) evidence
 *                similar(u8) similar* application(block) record(16)
 *     registrar = account(16) number(12)
 *     similar  = account(16) number(12) settled(u8) by(12)
 */
#include "transaction/desk/case.h"

#include <assert.h>

#include "base/role.h"

#define FORM 1
#define NUMBER (ACCOUNT_NUMBER_TEXT - 1)
#define ROW_LARGEST (8 * KIB)

const struct table desk_case_table = { "desk-case", ROLE_BIT(ROLE_WORKER), 0 };

static const char *const states[] = {
	[DESK_UNKNOWN] = "unknown",
	[DESK_CHECKED] = "checked",
	[DESK_CONFIRMED] = "confirmed",
	[DESK_COMPLETED] = "completed",
	[DESK_WITHDRAWN] = "withdrawn",
};

const char *
desk_state_name(enum desk_state state)
{
	return states[state];
}

static const char *const settlements[] = {
	[DESK_UNSETTLED] = "unsettled",
	[DESK_SAME] = "same",
	[DESK_DIFFERENT] = "different",
};

const char *
desk_settled_name(enum desk_settled settled)
{
	return settlements[settled];
}

/* The row */

static void
number_write(struct buffer *b, const char *number)
{
	char padded[NUMBER] = { 0 };

	memcpy(padded, number, strnlen(number, sizeof(padded)));
	buffer_add(b, span_of(padded, sizeof(padded)));
}

static void
number_read(struct record *r, char *out)
{
	struct span text = record_bytes(r, NUMBER);

	memset(out, 0, ACCOUNT_NUMBER_TEXT);
	if (!r->broken)
		memcpy(out, text.data, text.size);
}

void
desk_case_write(struct buffer *b, const struct desk_case *c)
{
	buffer_u8(b, FORM);
	buffer_id(b, &c->id);
	buffer_u8(b, (uint8_t)c->state);
	buffer_instant(b, c->opened);
	buffer_instant(b, c->changed);
	for (size_t i = 0; i < COUNT(c->registrars); i++) {
		buffer_id(b, &c->registrars[i].account);
		number_write(b, c->registrars[i].number);
	}
	buffer_id(b, &c->account);
	number_write(b, c->number);
	desk_evidence_write(b, &c->evidence);
	buffer_u8(b, (uint8_t)c->similar_count);
	for (size_t i = 0; i < c->similar_count; i++) {
		buffer_id(b, &c->similar[i].account);
		number_write(b, c->similar[i].number);
		buffer_u8(b, (uint8_t)c->similar[i].settled);
		number_write(b, c->similar[i].by);
	}
	buffer_block(b, c->application);
	buffer_id(b, &c->record);
}

static bool
similar_read(struct record *r, struct desk_case *out)
{
	if (out->similar_count > DESK_SIMILAR)
		return false;
	for (size_t i = 0; i < out->similar_count; i++) {
		struct desk_similar *s = &out->similar[i];

		s->account = record_id(r);
		number_read(r, s->number);
		s->settled = (enum desk_settled)record_u8(r);
		number_read(r, s->by);
		if (s->settled > DESK_DIFFERENT)
			return false;
	}
	return true;
}

bool
desk_case_read(struct span value, struct desk_case *out)
{
	struct record r = record_of(value);
	uint8_t form = record_u8(&r);

	*out = (struct desk_case){ .state = DESK_UNKNOWN };
	out->id = record_id(&r);
	out->state = (enum desk_state)record_u8(&r);
	out->opened = record_instant(&r);
	out->changed = record_instant(&r);
	for (size_t i = 0; i < COUNT(out->registrars); i++) {
		out->registrars[i].account = record_id(&r);
		number_read(&r, out->registrars[i].number);
	}
	out->account = record_id(&r);
	number_read(&r, out->number);
	if (!desk_evidence_read(&r, &out->evidence))
		return false;
	out->similar_count = record_u8(&r);
	if (!similar_read(&r, out))
		return false;
	out->application = record_block(&r);
	out->record = record_id(&r);
	return form == FORM && record_whole(&r) && out->state != DESK_UNKNOWN && out->state <= DESK_WITHDRAWN;
}

struct ask
desk_case_ask(const struct id *id)
{
	return (struct ask){ .table = &desk_case_table, .from = id_span(id) };
}

struct ask
desk_cases_ask(uint32_t limit)
{
	return (struct ask){ .table = &desk_case_table, .limit = limit, .backwards = true };
}

enum err
desk_case_loaded(struct arena *a, const struct row *row, struct desk_case *out, struct problem *why)
{
	if (!row)
		return problem_set(why, ERR_NOT_FOUND, "", "no case has this id, or it was long ago");
	if (!desk_case_read(arena_copy(a, row->value), out))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the case's row in the store is of a form this build does not know");
	out->generation = row->generation;
	return OK;
}

static bool
is_over(const struct desk_case *c)
{
	return c->state == DESK_COMPLETED || c->state == DESK_WITHDRAWN;
}

void
desk_case_put(struct unit *unit, const struct desk_case *c)
{
	struct buffer b = buffer_init(ROW_LARGEST);

	assert(!is_over(c) || c->application.size == 0);
	desk_case_write(&b, c);
	assert(!b.overflowed); /* each of its texts is bounded */
	unit_expect(unit, &desk_case_table, id_span(&c->id), c->generation);
	unit_put_until(unit, &desk_case_table, id_span(&c->id), buffer_span(&b), is_over(c)
	    ? instant_after(c->changed, DESK_KEPT_FOR) : instant_after(c->opened, DESK_OPEN_FOR));
	buffer_release(&b);
}

/* Steps */

bool
desk_case_own(const struct desk_case *c, const struct account *registrar)
{
	if (id_equal(&c->account, &registrar->id))
		return true;
	for (size_t i = 0; i < c->similar_count; i++)
		if (id_equal(&c->similar[i].account, &registrar->id))
			return true;
	return false;
}

static enum err
check_open(const struct desk_case *c, const struct account *registrar, struct problem *why)
{
	if (is_over(c))
		return problem_set(why, ERR_CONFLICT, "", "the case is %s: nothing is done with it any more",
		    states[c->state]);
	if (desk_case_own(c, registrar))
		return problem_set(why, ERR_DENIED, "", "the case is about the account of this registrar, or one like "
		    "it: another one decides on it");
	return OK;
}

static bool
has_settled(const struct desk_case *c, const struct account *registrar)
{
	for (size_t i = 0; i < c->similar_count; i++)
		if (c->similar[i].settled && strcmp(c->similar[i].by, registrar->number) == 0)
			return true;
	return false;
}

enum err
desk_case_confirm(struct desk_case *c, const struct account *registrar, struct instant now, struct problem *why)
{
	if (check_open(c, registrar, why) != OK)
		return why->code;
	if (id_equal(&c->registrars[0].account, &registrar->id))
		return problem_set(why, ERR_DENIED, "", "this registrar checked it first: the second is another "
		    "person");
	if (has_settled(c, registrar))
		return problem_set(why, ERR_DENIED, "", "this registrar settled whose account it is: the second is "
		    "another person");
	if (c->state == DESK_CONFIRMED)
		return problem_set(why, ERR_CONFLICT, "", "a second registrar has confirmed it already");
	c->state = DESK_CONFIRMED;
	c->changed = now;
	c->registrars[1].account = registrar->id;
	memcpy(c->registrars[1].number, registrar->number, sizeof(registrar->number));
	return OK;
}

static struct desk_similar *
similar_find(struct desk_case *c, const struct id *account)
{
	for (size_t i = 0; i < c->similar_count; i++)
		if (id_equal(&c->similar[i].account, account))
			return &c->similar[i];
	return NULL;
}

bool
desk_case_find_similar(struct desk_case *c, const struct account *a)
{
	struct desk_similar *s;

	if (id_equal(&c->account, &a->id) || similar_find(c, &a->id) || c->similar_count == DESK_SIMILAR)
		return false;
	s = &c->similar[c->similar_count++];
	*s = (struct desk_similar){ .account = a->id };
	memcpy(s->number, a->number, sizeof(a->number));
	return true;
}

/* One person has one account: of two that are the same nobody decides here which of them stays. */
static enum err
check_same(const struct desk_case *c, const struct desk_similar *s, struct problem *why)
{
	if (id_given(&c->account) && !id_equal(&c->account, &s->account))
		return problem_set(why, ERR_CONFLICT, "", "the case is about the account %s already: two accounts of "
		    "one person are not made one here", c->number);
	return OK;
}

/* Whose account it is was something else when the second registrar looked. */
static void
drop_confirmation(struct desk_case *c)
{
	c->state = DESK_CHECKED;
	memset(&c->registrars[1], 0, sizeof(c->registrars[1]));
}

enum err
desk_case_settle(struct desk_case *c, const struct account *registrar, const struct id *account,
    enum desk_settled settled, struct instant now, struct problem *why)
{
	struct desk_similar *s = similar_find(c, account);

	if (check_open(c, registrar, why) != OK)
		return why->code;
	if (!s)
		return problem_set(why, ERR_NOT_FOUND, "", "/account: expected one of the accounts that are similar");
	if (s->settled)
		return problem_set(why, ERR_CONFLICT, "", "the account %s was settled as %s already", s->number,
		    settlements[s->settled]);
	if (settled == DESK_SAME && check_same(c, s, why) != OK)
		return why->code;
	s->settled = settled;
	memcpy(s->by, registrar->number, sizeof(s->by));
	c->changed = now;
	drop_confirmation(c);
	if (settled == DESK_SAME) {
		c->account = s->account;
		memcpy(c->number, s->number, sizeof(c->number));
	}
	return OK;
}

enum err
desk_case_withdraw(struct desk_case *c, const struct account *registrar, struct instant now, struct problem *why)
{
	if (check_open(c, registrar, why) != OK)
		return why->code;
	c->state = DESK_WITHDRAWN;
	c->changed = now;
	c->application = (struct span){ 0 };
	return OK;
}

bool
desk_case_takes_two(const struct desk_case *c)
{
	return id_given(&c->account) || desk_evidence_takes_two(&c->evidence);
}

enum err
desk_case_completable(const struct desk_case *c, const struct account *registrar, struct problem *why)
{
	if (check_open(c, registrar, why) != OK)
		return why->code;
	for (size_t i = 0; i < c->similar_count; i++)
		if (!c->similar[i].settled)
			return problem_set(why, ERR_CONFLICT, "", "the account %s is similar: say first whether it is "
			    "the same person's", c->similar[i].number);
	if (!id_equal(&c->registrars[0].account, &registrar->id) &&
	    !id_equal(&c->registrars[1].account, &registrar->id))
		return problem_set(why, ERR_DENIED, "", "only who checked or confirmed it completes it");
	if (desk_case_takes_two(c) && c->state != DESK_CONFIRMED)
		return problem_set(why, ERR_CONFLICT, "", "%s: that takes a second registrar, who confirms it first",
		    id_given(&c->account) ? "it hands over an account that there is already"
		                          : "every item was checked and a biometric recorded");
	return desk_evidence_enough(&c->evidence, why);
}

void
desk_case_complete(struct desk_case *c, const struct account *account, const struct id *record, struct instant now)
{
	c->state = DESK_COMPLETED;
	c->changed = now;
	c->account = account->id;
	memcpy(c->number, account->number, sizeof(c->number));
	c->record = *record;
	c->application = (struct span){ 0 };
}
