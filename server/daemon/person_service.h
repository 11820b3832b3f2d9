/* daemon/person_service.h - persons' accounts and logins in a worker: their secret, the settings of their flows.
 *
 *     [checked, with the configuration] -> secret read (while still root) -> settings made -> fronts mounted
 */
#pragma once

#include "daemon/config.h"
#include "daemon/config_person.h"
#include "daemon/key_watch.h"

struct account_front;
struct app_front;
struct child;
struct desk_front;
struct enrol_front;
struct login_front;
struct mount;

struct person_service {
	struct wrapping wrapping;
	struct person_settings settings;
	struct key_watch *push_key;
	struct roll *roll;
	struct span *origins;
	struct arena memory;         /* of the anchors */
	const struct span *anchors;  /* of attestations, beside the models' own */
	size_t anchor_count;
	struct enrol_front *enrol;
	struct app_front *app;
	struct account_front *account;
	struct desk_front *desk;
	struct login_front *login;
};

/* Nothing to do, and OK, where the configuration has no section of it. */

/* What a worker would need and could not have: a secret that is none, anchors that cannot be read. */
enum err person_service_check(const struct config *, struct problem *why);

enum err person_service_secret(struct person_service *, const struct config *, struct problem *why);
/* `proofing` NULL: cards are not verified here. */
void person_service_open(struct person_service *, const struct child *, struct store *, struct policy_shelf *,
    const struct proofing_settings *proofing);
/* Its fronts behind the mounts that are there. */
void person_service_mount(struct person_service *, struct mount *, size_t *count);
void person_service_close(struct person_service *);
