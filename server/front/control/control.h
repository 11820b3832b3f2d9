/* front/control/control.h - what operators ask of the running daemon: HTTP with JSON over a Unix socket.
 *
 * Spoken by watashictl; served by the steward, which does the work. The peer's user, told by the kernel, is the
 * operator; there is no other credential.
 *
 *     GET  /v1/control/status                   processes, store, publication, keys, sources of revocation data:
 *                                               "revocation_sources": [{"name", "kind", "failures" in a row,
 *                                               "failing_since", "failed", "answered", "problem"}];
 *                                               with persons "notices" and "logins", with relying parties
 *                                               "sign_ons", counted since the start
 *     POST /v1/control/import?source=…          a metadata file; answers with what changed and what was refused
 *          &dry_run=…&keep_missing=…&allow_empty=…
 *     POST /v1/control/publish?all=…            publishes now; answers when the generation is current
 *     GET  /v1/control/keys
 *     POST /v1/control/keys/{name}              {"action": "adopt" | "announce" | "activate" | "retire", "force": bool}
 *     POST /v1/control/jpki/lists               looks for new revocation lists; answers with how many were taken,
 *                                               unchanged, failed, and the first "problem"
 *     POST /v1/control/jpki                     {"action": "end" | "resume", "reason": …}: proofing ends, what was
 *                                               received for it is erased; it takes as many operators as raising
 *                                               trust does to take it up again
 *     POST /v1/control/reload                   as SIGHUP
 *
 *     GET  /v1/control/members?standing=…       each with what waits for operators
 *     POST /v1/control/members                  {"reason": …, "dry_run": bool, "changes": [{"action": "apply" |
 *                                               "change" | "approve" | "reject" | "suspend" | "reinstate" |
 *                                               "withdraw" | "confirm", "id": …, "record": {…}, "proposal":
 *                                               "sha256:…"}…]}: to approve, what was looked at, as the card has it
 *     GET  /v1/control/members/{id}             the whole record, history, findings; what waits with its "proposal"
 *                                               and "differences"
 *     GET  /v1/control/findings?level=…&rule=…  every finding there is
 *     GET  /v1/control/sources
 *     POST /v1/control/sources/{name}           {"accept_loss": bool, "dry_run": bool}: refreshes it now
 *
 *     GET  /v1/control/policies                 versions of frameworks: published, and what waits with its "proposal"
 *     POST /v1/control/policies                 {"files": {"manifest.json": "…", …}, "facts": "…", "dry_run": bool,
 *                                               "label": …}: one version's files and the dictionary, as texts
 *     GET  /v1/control/policies/{framework@version}
 *                                               its files, "facts" that a proposal brings, and the
 *                                               "dictionary" that is published
 *     POST /v1/control/policies/{framework@version}
 *                                               {"action": "approve" | "withdraw-proposal", "proposal": "sha256:…",
 *                                               "dry_run": bool}
 *
 *     POST /v1/control/erasures/search          {"subject": {"type": …, "id": …}, "member": …, "from": ID}: a person's
 *                                               decisions in the next part of the ledger; "next": where to go on;
 *                                               "unreadable": entries that may be hers, "why" of the first
 *     POST /v1/control/erasures                 {"subject": …, "member": …, "reason": …, "entries": [ID…]}: erases what
 *                                               was found, once enough operators have said the same
 *
 *     GET  /v1/control/costs?from=T&until=T     what verifications of JPKI's certificates cost, and who owes what
 *
 *     GET  /v1/control/jpki/log?from=T&until=T  the operation log of verifications, a part at a time: "next" says where
 *          &member=…&outcome=…&after=ID         to go on; from the first that is kept, until now
 *
 *     GET  /v1/control/persons/{number}         how an account stands, its proofings and authenticators; no attribute,
 *                                               and nobody lists persons
 *     POST /v1/control/persons/{number}         {"action": "grant" | "withdraw", "role": "registrar"}: granting takes
 *                                               as many operators as raising trust does
 *                                               {"action": "suspend" | "revoke", "credential": ID, "reason": …}
 *     POST /v1/control/persons/{number}/erase   the account goes for good: takes as many operators as raising trust
 *                                               does; answers "waits" or "erased", and what went
 *
 *     GET  /v1/control/callers                  machine callers, none of their secrets; and what waits: "proposals"
 *     POST /v1/control/callers                  {"name", "member", "rights": ["decide"…], "for": "P90D", "rate": N,
 *                                               "key": PEM, "token": bool}: answers with the token's text, this once
 *     POST /v1/control/callers/{name}           {"action": "add-key", "key": PEM}
 *                                               {"action": "remove-key", "fingerprint": …}
 *                                               {"action": "revoke"}
 *                                               {"action": "approve", "proposal": "sha256:…"}: what was looked at
 *                                               {"action": "withdraw-proposal"}
 */
#pragma once

#include "base/problem.h"
#include "http/route.h"
#include "jpki/crl_refresh.h"
#include "net/address.h"
#include "net/loop.h"
#include "registry/import.h"
#include "registry/membership.h"
#include "registry/source.h"
#include "registry/publish.h"
#include "signer/client.h"
#include "store/store.h"
#include "transaction/policy/shelf.h"
#include "transaction/proofing/cost.h"

struct control;

/* What only the steward and the supervisor can do. */
struct control_actions {
	/* Publishes, or joins the publishing that runs. */
	struct pending *(*publish)(void *arg, bool all, on_published *, void *asker);
	/* Asks the supervisor: as SIGHUP. */
	void (*reload)(void *arg);
	/* Looks for new revocation lists everywhere, now. NULL from it: none are kept here. */
	struct pending *(*refresh_lists)(void *arg, on_crl_refreshed *, void *asker);
	/* Proofing has ended: erases what was received for it, and takes nothing more in. NULL: nothing is kept. */
	enum err (*erase_received)(void *arg, struct problem *why);
	/* Adds `"processes":[…],"refused":{…},"store":{…}` members to the status object being written. */
	void (*status)(void *arg, struct buffer *json);
	void *arg;
};

struct control_settings {
	const char *keys;          /* directory of key descriptors */
	const unsigned *operators; /* user ids that may, and whose agreement counts to raise trust */
	size_t operator_count;
	int64_t document_life;     /* how long a signature lives: a retired key stays published so long */
	const char *registration_authority; /* who registers entities that bring no registration believed */
	unsigned approvals; /* operators it takes to raise trust; with more than one no unsigned file is imported */
	struct validator *validator;
	struct sources *sources;
	struct signer_client *signer;
	struct policy_shelf *shelf; /* what it could not read is told; NULL: nothing is */
	/* "watashi.example/ledger": who signs versions too (transaction/policy/publication.h) */
	const char *ledger_origin;
	const struct cost_settings *costs; /* of verifications; NULL: there are none. The caller's */
	struct span jpki_operator;  /* member id of who runs this server; the caller's */
	const char *lists_watched;  /* where somebody puts revocation lists for us: not ours to erase; NULL: nowhere.
	                             * The caller's */
};

struct control *control_new(struct loop *, struct store *, const struct control_settings *,
    const struct control_actions *);
void control_free(struct control *);

/* For the server's settings, with the control as its argument: whoever is no operator sends no body, and takes no
 * place. */
bool control_admit(void *control, const struct address *peer, int peer_uid, struct problem *why);

extern const struct route control_routes[];
