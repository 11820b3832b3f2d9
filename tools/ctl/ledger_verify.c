/* tools/ctl/ledger_verify.c - `watashictl ledger verify`. */
#include "ctl/ledger.h"
#include "ctl/verification.h"

enum ending
ledger_verify(struct ctl *ctl, int argc, char **argv)
{
	struct verification v = { 0 };
	const struct flag flags[] = {
		{ .name = "entry", .argument = "FILE", .text = &v.entry,
		    .help = "the entry, or what /v1/ledger/entries/ID answered" },
		{ .name = "salt", .argument = "HEX", .help = "the entry's salt, where neither FILE has it",
		    .text = &v.salt },
		{ .name = "answer", .argument = "FILE", .text = &v.answer,
		    .help = "an answer; with --entry or --fetch it is compared with its entry" },
		{ .name = "fetch", .set = &v.fetch,
		    .help = "fetch the entries of all its decisions from where their receipts are" },
		{ .name = "authorities", .argument = "FILE", .text = &v.authorities,
		    .help = "with --fetch: CA certificates (PEM) in place of the system's" },
		{ .name = "framework", .argument = "DIR|NAME", .text = &v.framework,
		    .help = "the version that decided: what no entry has is compared with it" },
		{ .name = "facts", .argument = "FILE", .text = &v.facts,
		    .help = "with --framework: the dictionary; DIR/../../facts.json when not given" },
		{ .name = "key", .argument = "VKEY", .help = KEY_HELP, .list = &v.keys },
		{ .name = "origin", .argument = "NAME", .text = &v.origin,
		    .help = "the log's name; that of the key when not given" },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "ledger verify RECEIPT (--entry FILE | --answer FILE [--entry FILE | --fetch]) --key VKEY",
		.about = "Whether RECEIPT, a file from /v1/receipts/ID (C2SP tlog-proof), proves that the entry, or\n"
		         "the commitment that an answer names, is in the log; and whether the answer says what its\n"
		         "entry says. An answer's other decisions, each of which has its own receipt, are compared\n"
		         "with --fetch, and else named as not compared. Works without daemon and, but for\n"
		         "--fetch, without network. Status 1: not so.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	struct receipt receipt;
	struct note_key *keys;
	struct problem why;
	enum ending ending;

	if (!arguments_read(ctl, &usage, argc, argv, &v.receipt, &ending))
		return ending;
	if (!v.entry && !v.answer)
		return misused("ledger verify: expected --entry, --answer or both: a receipt alone says nothing");
	if (v.fetch && (!v.answer || v.entry))
		return misused("ledger verify: --fetch goes with --answer, and without --entry");
	if (v.framework && (!v.answer || (!v.entry && !v.fetch)))
		return misused("ledger verify: --framework goes with --answer and its entry, --entry FILE or --fetch");
	if (!ledger_keys_read(ctl, &v.keys, &keys))
		return USED_WRONGLY;
	if (verification_run(ctl, &v, keys, &receipt, &why) != OK) {
		ending = refused(&why);
	} else {
		verification_show(ctl, &v, &receipt);
		ending = json_array_size(v.differences) == 0 ? DONE : REFUSED;
	}
	verification_release(&v);
	return ending;
}
