/* transaction/desk/open.c - a case is opened: whose it is, and who looks alike. */
#include "transaction/desk/desk.h"

#include "base/log.h"
#include "transaction/desk/entry.h"
#include "transaction/desk/likeness.h"

enum { ASK_LIKENESS, ASK_NAME, FIRST_ASKS };
enum { ASK_ACCOUNT, ASK_ATTRIBUTES, NAMED_ASKS };

struct opening {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct desk_open asked;
	struct problem why;          /* noticed before anything was asked */
	struct ask asks[NAMED_ASKS + LIKENESS_ACCOUNTS];
	size_t ask_count;
	struct id named;             /* the account's that was typed */
	struct likeness likeness;
	struct desk_result result;
	on_desk *done;
	void *arg;
};

static on_loaded on_names_loaded, on_accounts_loaded;
static on_committed on_opened;

static void
cancel_opening(struct pending *pending)
{
	pending_cancel(&((struct opening *)pending)->waiting);
}

/* A refused case has no row and no entry: who tried, and which part of it would not do, but nothing of what it says. A
 * failure is the server's own and told where it happened. */
static void
log_refusal(const struct opening *o, enum err err, const struct problem *why)
{
	const bool refused = err == ERR_INVALID || err == ERR_DENIED || err == ERR_NOT_FOUND || err == ERR_LIMIT ||
	    err == ERR_CONFLICT;
	struct span rest = span_text(why->text);
	const struct span part = span_cut(&rest, ':');
	char registrar[LEDGER_ID_TEXT];

	if (refused)
		log_info("desk.refused", "registrar=%s problem=%s part=%s",
		    ledger_id_text(&o->asked.registrar->id, registrar), err_name(err),
		    LOG_SPAN(part.size && part.data[0] == '/' ? part : span_text("")));
}

static void
answer(struct opening *o, enum err err, const struct problem *why)
{
	o->waiting = NULL;
	if (err != OK)
		log_refusal(o, err, why);
	o->done(o->arg, err, err == OK ? &o->result : NULL, err == OK ? NULL : why);
}

struct pending *
desk_open(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct desk_open *asked, on_desk *done, void *arg)
{
	struct opening *o = arena_new(arena, struct opening);

	*o = (struct opening){ .pending = { cancel_opening }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	if (desk_evidence_check(&asked->evidence, &o->why) == OK &&
	    desk_application_check(&asked->application, asked->now, &o->why) == OK &&
	    desk_evidence_enough(&asked->evidence, &o->why) == OK) {
		desk_likeness(&settings->wrapping, &asked->application, &o->likeness);
		o->asks[ASK_LIKENESS] = likeness_ask(&o->likeness);
		o->asks[ASK_NAME] = account_name_ask(arena, asked->account);
		o->ask_count = asked->account.size && o->asks[ASK_NAME].from.size ? FIRST_ASKS : ASK_NAME;
	}
	o->waiting = store_load(store, o->asks, o->ask_count, on_names_loaded, o);
	return &o->pending;
}

/* A registrar types a number that the person shows; an address is not asked for. */
static enum err
find_named(struct opening *o, struct problem *why)
{
	uint64_t generation;
	enum err err = ERR_NOT_FOUND;

	if (!o->asked.account.size)
		return OK;
	if (o->ask_count == FIRST_ASKS && !memchr(o->asked.account.data, '@', o->asked.account.size))
		err = account_name_loaded(&o->asks[ASK_NAME], &o->named, &generation, why);
	if (err == ERR_NOT_FOUND)
		return problem_set(why, ERR_NOT_FOUND, "", "/account: no account has this number");
	return err;
}

static void
on_names_loaded(void *arg, enum err err, const struct problem *why)
{
	struct opening *o = arg;

	if (err == OK && o->why.code != OK)
		err = (why = &o->why)->code;
	if (err == OK)
		err = (why = &o->why, likeness_loaded(&o->asks[ASK_LIKENESS], &o->likeness, &o->why));
	if (err == OK)
		err = find_named(o, &o->why);
	if (err != OK) {
		answer(o, err, why);
		return;
	}
	o->result.at_desk.account = o->named;
	o->asks[ASK_ACCOUNT] = account_ask(&o->named);
	o->asks[ASK_ATTRIBUTES] = attributes_ask(&o->named);
	o->ask_count = o->asked.account.size ? NAMED_ASKS : 0;
	o->ask_count += desk_similar_ask(&o->likeness, &o->result.at_desk, &o->asks[o->ask_count]);
	o->waiting = store_load(o->store, o->asks, o->ask_count, on_accounts_loaded, o);
}

static enum err
take_named(struct opening *o, struct problem *why)
{
	struct desk_case *c = &o->result.at_desk;
	struct attributes known;
	struct account a;

	if (!o->asked.account.size)
		return OK;
	if (account_loaded(o->arena, &o->asks[ASK_ACCOUNT], &a, why) == ERR_NOT_FOUND)
		return problem_set(why, ERR_NOT_FOUND, "", "/account: no account has this number");
	if (why->code != OK)
		return why->code;
	if (id_equal(&a.id, &o->asked.registrar->id))
		return problem_set(why, ERR_DENIED, "", "/account: it is the registrar's own, which another one "
		    "proofs");
	if (attributes_loaded(o->arena, &o->asks[ASK_ATTRIBUTES], &known, why) != OK ||
	    desk_account_check(&a, &known, &o->asked.application, why) != OK)
		return why->code;
	memcpy(c->number, a.number, sizeof(a.number));
	return OK;
}

static void
on_accounts_loaded(void *arg, enum err err, const struct problem *why)
{
	struct opening *o = arg;
	struct desk_case *c = &o->result.at_desk;
	const struct account *registrar = o->asked.registrar;
	const size_t named = o->asked.account.size ? NAMED_ASKS : 0;
	struct id entry;
	struct unit *unit;
	size_t similar;

	if (err == OK)
		err = (why = &o->why, take_named(o, &o->why));
	if (err == OK)
		err = (why = &o->why, desk_similar_loaded(o->arena, o->asks + named, o->ask_count - named, c, &similar,
		    &o->why));
	if (err != OK) {
		answer(o, err, why);
		return;
	}
	c->id = id_new(o->asked.now);
	c->state = DESK_CHECKED;
	c->opened = c->changed = o->asked.now;
	c->registrars[0].account = registrar->id;
	memcpy(c->registrars[0].number, registrar->number, sizeof(registrar->number));
	c->evidence = o->asked.evidence;
	c->application = desk_application_wrap(o->arena, &o->settings->wrapping, &c->id, &o->asked.application);
	o->result.application = o->asked.application;
	unit = unit_new(o->arena, store_tables(o->store), id_new(o->asked.now));
	desk_case_put(unit, c);
	entry = id_new(o->asked.now);
	desk_entry_append(unit, &entry, &(struct desk_entry){ .at_desk = c, .happened = "opened",
		.registrar = registrar, .now = o->asked.now });
	o->waiting = store_commit(o->store, unit, on_opened, o);
}

static void
on_opened(void *arg, const struct committed *committed)
{
	struct opening *o = arg;

	if (committed->code != OK)
		problem_set(&o->why, committed->code, "", "the case could not be kept: %s",
		    err_name(committed->code));
	answer(o, committed->code, &o->why);
}
