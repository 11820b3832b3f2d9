/* tools/testcard/citizen.c - the command that issues somebody's certificates into a software card. */
#include <stdio.h>
#include <unistd.h>

#include "codec/text.h"
#include "testcard/command.h"
#include "testcard/index.h"
#include "testcard/key.h"
#include "testcard/software_card.h"

#define ARENA (256 * MIB)
#define PERSON_NAME "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

/* As it was given, before it is read. */
struct wishes {
	const char *card, *person, *name, *furigana, *born, *sex, *address, *municipality, *medium, *generation;
	const char *pins[PURPOSES], *policies[PURPOSES];
	const char *from, *until, *name_substituted, *address_substituted, *ocsp_url;
	struct option_list others;
	bool no_signature, no_address;
};

static const char *
sex_read(const char *word)
{
	static const struct { const char *word, *digit; } words[] = {
		{ "male", "1" }, { "man", "1" }, { "男", "1" }, { "female", "2" }, { "woman", "2" }, { "女", "2" },
		{ "unknown", "3" }, { "不明", "3" },
	};

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].digit;
	return strlen(word) == 1 && *word >= '0' && *word <= '9' ? word : NULL;
}

/* "OID=TEXT" beneath the holder's attributes. */
static enum err
other_read(struct arena *a, const char *text, struct holder *h, struct problem *why)
{
	const char *equal = strchr(text, '=');

	if (!equal || strncmp(text, OID_ATTRIBUTE ".", strlen(OID_ATTRIBUTE ".")) != 0 ||
	    strspn(text, "0123456789.") != (size_t)(equal - text) || equal[-1] == '.')
		return problem_set(why, ERR_SYNTAX, "", "--other: expected OID=TEXT with an OID beneath " OID_ATTRIBUTE
		    ", found \"%s\"", text);
	if (h->other_count == OTHER_ATTRIBUTES)
		return problem_set(why, ERR_LIMIT, "", "--other: expected at most %d", OTHER_ATTRIBUTES);
	h->others[h->other_count].oid = arena_text(a, span_of(text, (size_t)(equal - text)));
	h->others[h->other_count++].text = equal + 1;
	return OK;
}

static enum err
texts_check(const struct holder *h, struct problem *why)
{
	const char *texts[] = { h->name, h->address, h->name_substituted, h->address_substituted };

	for (size_t i = 0; i < COUNT(texts); i++)
		if (texts[i] && !utf8_valid(span_text(texts[i])))
			return problem_set(why, ERR_SYNTAX, "", "expected UTF-8, found other bytes");
	return OK;
}

static enum err
holder_read(struct arena *a, const char *directory, const struct wishes *w, struct holder *h, struct problem *why)
{
	bool phone = strcmp(w->medium, "phone") == 0;
	enum err err;

	*h = (struct holder){
		.person = w->person, .phone = phone,
		.name = w->name, .sex = sex_read(w->sex), .address = w->no_address ? NULL : w->address,
		.name_substituted = w->name_substituted, .address_substituted = w->address_substituted,
		.policies = { w->policies[SIGNATURE], w->policies[AUTHENTICATION] },
		.ocsp_url = w->ocsp_url ? w->ocsp_url : world_ocsp_url(a, directory),
	};
	if (!phone && strcmp(w->medium, "card") != 0)
		return problem_set(why, ERR_SYNTAX, "", "--medium: expected card or phone, found \"%s\"", w->medium);
	if (phone && (!w->policies[SIGNATURE] || !w->policies[AUTHENTICATION]))
		return problem_set(why, ERR_INVALID, "",
		    "--medium phone: the policies of the phone's certificates are not "
		    "published; expected --signature-policy OID and --authentication-policy OID");
	if (!h->sex)
		return problem_set(why, ERR_SYNTAX, "",
		    "--sex: expected male, female, unknown or a digit, found \"%s\"", w->sex);
	if ((err = born_read(a, w->born, &h->born, why)) != OK ||
	    (err = municipality_read(a, w->municipality, &h->municipality, why)) != OK ||
	    (err = option_time("from", w->from, &h->from, why)) != OK ||
	    (w->until && (err = option_time("until", w->until, &h->until, why)) != OK))
		return err;
	if (w->furigana)
		err = other_read(a, arena_print(a, OID_ATTRIBUTE ".7=%s", w->furigana), h, why);
	for (size_t i = 0; i < w->others.count && err == OK; i++)
		err = other_read(a, w->others.items[i], h, why);
	return err == OK ? texts_check(h, why) : err;
}

/* DIR/cards/NAME; "card-1" and so on when nobody named it. */
static const char *
card_path(struct arena *a, const char *directory, const char *name)
{
	const char *path;

	if (name)
		return arena_print(a, "%s/cards/%s", directory, name);
	for (unsigned n = 1;; n++) {
		path = arena_print(a, "%s/cards/card-%u", directory, n);
		if (access(path, F_OK) != 0)
			return path;
	}
}

static enum err
certificate_issue(struct arena *a, const char *directory, enum purpose purpose, unsigned generation,
    const struct holder *h, struct software_card *card, struct problem *why)
{
	struct certificate_plan plan;
	struct authority ca = { 0 };
	const char *name = strrchr(card->directory, '/') + 1;
	struct issued row;
	struct span serial, number;
	enum err err;

	if ((err = serial_new(a, directory, purpose, &serial, why)) != OK ||
	    (err = authority_open(a, directory, purpose, generation, &ca, why)) != OK)
		goto out;
	card->of[purpose].key = key_rsa(2048, 65537);
	plan = holder_plan(a, &ca, h, card->of[purpose].key, serial);
	card->of[purpose].certificate = certificate_sign(a, &plan, ca.key);
	card->of[purpose].authority = ca.certificate;
	number = asn_contents(serial);
	row = (struct issued){
		.expires = h->until.us ? h->until : holder_until(h->born, h->from),
		.serial =
		    arena_print(a, "%02X%02X%02X%02X", number.data[0], number.data[1], number.data[2], number.data[3]),
		.point = arena_print(a, "%s/%s", h->municipality.prefecture, h->municipality.name),
		.subject = arena_print(a, "/C=JP/O=%s/OU=%s/CN=%s", h->person ? h->person : name,
		    h->phone ? "phone" : "card", name),
	};
	err = issued_add(a, &ca, &row, why);
out:
	authority_close(&ca);
	return err;
}

static enum ending
citizen_make(struct arena *a, const char *directory, const struct wishes *w)
{
	struct software_card card = { .directory = card_path(a, directory, w->card) };
	enum purpose first = w->no_signature ? AUTHENTICATION : SIGNATURE;
	struct holder holder;
	struct problem why;
	long generation;
	enum err err;

	if (!option_number(w->generation, 0, GENERATIONS, &generation))
		return misuse(PROGRAM, "--generation: expected 1 to %d, found \"%s\"", GENERATIONS, w->generation);
	if (w->card && (strchr(w->card, '/') || *w->card == '.' || !*w->card))
		return misuse(PROGRAM, "--card: expected a file name, found \"%s\"", w->card);
	if (w->person && (!*w->person || strspn(w->person, PERSON_NAME) != strlen(w->person)))
		return misuse(PROGRAM, "--person: expected letters, digits and -_., found \"%s\"", w->person);
	for (size_t p = first; p < PURPOSES; p++) {
		if (!pin_well_formed((enum purpose)p, w->pins[p]))
			return misuse(PROGRAM, "--%s-pin: expected %s", purpose_shapes[p].name,
			    p == SIGNATURE ? "6 to 16 digits and capital letters" : "4 digits");
		card.of[p].pin.left = card.of[p].pin.most = pin_tries((enum purpose)p);
		snprintf(card.of[p].pin.pin, sizeof(card.of[p].pin.pin), "%s", w->pins[p]);
	}
	if (access(card.directory, F_OK) == 0)
		return misuse(PROGRAM, "%s: there is a card already", card.directory);
	err = holder_read(a, directory, w, &holder, &why);
	for (enum purpose p = first; p < PURPOSES && err == OK; p++)
		err = certificate_issue(a, directory, p, (unsigned)generation, &holder, &card, &why);
	if (err == OK)
		err = software_card_write(a, &card, &why);
	software_card_close(&card);
	if (err != OK)
		return failed(&why);
	printf("%s\n", card.directory);
	return DONE_WELL;
}

enum ending
citizen_command(int argc, char **argv)
{
	struct wishes w = {
		.name = "試験　太郎", .born = "1980-02-17", .sex = "male", .address = "東京都渋谷区１－１",
		.municipality = "Tokyo-to/Shibuya-ku/13113", .medium = "card", .generation = "0",
		.pins = { "ABC123", "1234" },
	};
	const struct option_row options[] = {
		{ "card", "NAME", "of the card's folder (card-1 and so on)", &w.card, NULL, NULL },
		{ "person", "NAME", "whose it is, by the authorities' books (its own name)", &w.person, NULL, NULL },
		{ "name", "TEXT", "family and given name, U+3000 between them", &w.name, NULL, NULL },
		{ "furigana", "TEXT", "as another attribute; its OID is not published, .7 is assumed", &w.furigana,
		    NULL, NULL },
		{ "born", "DATE", "YYYY-MM-DD, YYYY-MM, YYYY, unknown, or nine digits", &w.born, NULL, NULL },
		{ "sex", "WORD", "male, female, unknown, or a digit", &w.sex, NULL, NULL },
		{ "address", "TEXT", "beginning with its prefecture", &w.address, NULL, NULL },
		{ "no-address", NULL, "of somebody who moved abroad", NULL, &w.no_address, NULL },
		{ "name-substituted", "FLAGS", "a 0 or 1 for each character of the name", &w.name_substituted, NULL,
		    NULL },
		{ "address-substituted", "FLAGS", "and of the address", &w.address_substituted, NULL, NULL },
		{ "other", "OID=TEXT", "one more attribute beneath " OID_ATTRIBUTE, NULL, NULL, &w.others },
		{ "municipality", "NAME", "Tokyo-to/Shibuya-ku/13113", &w.municipality, NULL, NULL },
		{ "medium", "WORD", "card or phone", &w.medium, NULL, NULL },
		{ "signature-policy", "OID", "of the signature certificate", &w.policies[SIGNATURE], NULL, NULL },
		{ "authentication-policy", "OID", "of the authentication certificate", &w.policies[AUTHENTICATION],
		    NULL, NULL },
		{ "signature-pin", "PIN", "6 to 16 digits and capital letters (ABC123)", &w.pins[SIGNATURE], NULL,
		    NULL },
		{ "authentication-pin", "PIN", "4 digits (1234)", &w.pins[AUTHENTICATION], NULL, NULL },
		{ "no-signature", NULL, "a child's card: without signature certificate", NULL, &w.no_signature, NULL },
		{ "generation", "N", "of the authorities that issue; the newest", &w.generation, NULL, NULL },
		{ "from", "TIME", "when it begins to count; now", &w.from, NULL, NULL },
		{ "until", "TIME", "and ends; at the fifth birthday", &w.until, NULL, NULL },
		{ "ocsp-url", "URL", "instead of the world's", &w.ocsp_url, NULL, NULL },
		{ 0 },
	};
	const struct command_usage usage = { "citizen DIRECTORY [OPTION …]",
		"Issues a signature and an authentication certificate into a new software card, and prints its folder.",
		options, 1, 1 };
	struct arena a = arena_init(ARENA);
	enum ending ending;
	const char *directory;

	if (options_read(PROGRAM, &usage, argc, argv, &directory, &ending))
		ending = citizen_make(&a, directory, &w);
	arena_release(&a);
	return ending;
}
