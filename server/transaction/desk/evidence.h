/* transaction/desk/evidence.h - what a registrar says was seen of a person and documents at the desk.
 *
 * Which document, never its number: none serves anybody here, and the individual number may not even be asked for
 * (番号法 15). The words are those of schemas/desk-case.schema.json; of sets those of the dictionary of facts.
 */
#pragma once

#include "base/buffer.h"
#include "base/problem.h"
#include "base/record.h"
#include "person/proofing_record.h"

/* How strong the document is as evidence, in the words of NIST SP 800-63A-4 (jpki.md 4.3, read in its second draft):
 * which document is which is ours to say, no table there. */
enum desk_strength { DESK_NO_STRENGTH, DESK_FAIR, DESK_STRONG };

struct desk_kind {
	const char *word;            /* "driving-licence" */
	bool government;             /* issued by a public body, or on a statute's order */
	bool photo;
	bool chip;                   /* with data that its issuer signed */
	bool superior;               /* whose chip holds portrait and attributes, issued to a person who was there */
	enum desk_strength strength;
};
/* NULL: no such number. */
const struct desk_kind *desk_kind(unsigned number);
/* -1: no such word. */
int desk_kind_read(struct span word);

enum desk_set { DESK_CHECKS, DESK_RECORDS, DESK_ACCOUNTS, DESK_NONREPUDIATION, DESK_ADDRESSES, DESK_SETS };
/* Its bit; 0: no such word. */
unsigned desk_word_read(enum desk_set, struct span word);
/* As a JSON array. */
void desk_words_write(struct buffer *, enum desk_set, unsigned words);

enum desk_portrait { PORTRAIT_NOT_COMPARED, PORTRAIT_BY_AGENT, PORTRAIT_AUTOMATED, PORTRAIT_BOTH, DESK_PORTRAITS };
const char *desk_portrait_name(enum desk_portrait); /* "none" "by-agent" … */
/* DESK_PORTRAITS: no such word. */
enum desk_portrait desk_portrait_read(struct span word);

#define DESK_DOCUMENTS 6
struct desk_evidence {
	struct desk_document {
		unsigned kind;       /* desk_kind() */
		unsigned checked;    /* DESK_CHECKS */
		bool in_force;
	} documents[DESK_DOCUMENTS];
	size_t document_count;
	enum desk_portrait portrait;
	unsigned records;            /* DESK_RECORDS: against whose records the application was checked, and agreed */
	unsigned accounts;           /* DESK_ACCOUNTS: whose number was given; not the number */
	unsigned nonrepudiation;     /* DESK_NONREPUDIATION */
	unsigned addresses;          /* DESK_ADDRESSES: where the person was shown to be reached */
	bool address_of_record;      /* and it stands in the records */
	bool all_data_checked;       /* every item of the application, not some */
	bool biometric_recorded;
	bool loss_checked;
	bool terms_told;
};

/* Whether all of it can be true together. ERR_INVALID, ERR_LIMIT; the sentence begins with the JSON pointer. */
enum err desk_evidence_check(const struct desk_evidence *, struct problem *why);

/* Whether it is enough to say who somebody is: the portrait of a public document in force was compared, or, without a
 * portrait, two such documents agree, or one and the address that post was received at: this server's own rule, and
 * nobody's that an act lays down for some business. ERR_INVALID: what is missing. */
enum err desk_evidence_enough(const struct desk_evidence *, struct problem *why);
/* Of documents in force. */
enum proofing_strength desk_evidence_strength(const struct desk_evidence *);

/* Whether it says what only two registrars say together: that every item was checked, and a biometric recorded. */
bool desk_evidence_takes_two(const struct desk_evidence *);

void desk_evidence_write(struct buffer *, const struct desk_evidence *);
bool desk_evidence_read(struct record *, struct desk_evidence *out);

/* Canonical JSON, as it is posted and as the ledger has it (schemas/desk-case.schema.json). */
void desk_evidence_tell(struct buffer *, const struct desk_evidence *);

/* "driving-licence,passport", for struct proofing_record. */
void desk_evidence_words(struct buffer *, const struct desk_evidence *);
