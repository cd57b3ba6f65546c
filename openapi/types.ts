// Made by `npm run openapi` from openapi.json. Do not edit.

export interface paths {
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the installation does, for Prometheus
         * @description Prometheus' text format. The figures are of all tenants together and name nobody. Prometheus sends the key by
         *     `authorization: { credentials_file: … }` of its scrape configuration.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List deletion requests */
        get: operations["listDeletionRequests"];
        put?: never;
        /**
         * Ask for a person to be removed
         * @description About a person (`subject`), about training records (`record_ids`, `texts`), or both: at least one is needed. With `validate_only` nothing is stored or started: the answer is 200 and the plan, as often as it is asked for.
         */
        post: operations["createDeletionRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a deletion request */
        get: operations["getDeletionRequest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests:export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export deletion requests as CSV
         * @description All that the filters let through, newest first, a line each; no identifier of a person is in it.
         */
        get: operations["exportDeletionRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests/{id}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that the person was verified
         * @description The controller says that the person is who they say they are (GDPR Art. 12(6)): for a request that was made with `verified: false`. Honours If-Match. Targets that it does not move stay as they are.
         */
        post: operations["verifyDeletionRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests/{id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a hold
         * @description The hold ends; the target waits for what it waited for before. Honours If-Match. Targets that it does not move stay as they are.
         */
        post: operations["releaseDeletionRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a request that still waits
         * @description What a run has claimed goes on. Honours If-Match. Targets that it does not move stay as they are.
         */
        post: operations["cancelDeletionRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have another run try
         * @description Another run is to try, of models that are still there; an approval counts for one try. Honours If-Match. Targets that it does not move stay as they are.
         */
        post: operations["retryDeletionRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests/{id}/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hold a request
         * @description The data must be kept for the time being: no run takes it before it is released. What a run has claimed can no longer be held (409). Honours If-Match. Targets that it does not move stay as they are.
         */
        post: operations["holdDeletionRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests/{id}/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deny a request
         * @description By an exception of the GDPR; the person must be told the reason and where to complain within the month (Art. 12(4)). Honours If-Match. Targets that it does not move stay as they are.
         */
        post: operations["denyDeletionRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests/{id}/extension": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Extend the time of a request
         * @description Once, by up to two months, before it is due (GDPR Art. 12(3)). Honours If-Match. Targets that it does not move stay as they are.
         */
        post: operations["extendDeletionRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests/{id}/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the plan of a request that waits
         * @description As it would be made now, with the digest by which it is approved.
         */
        get: operations["getRequestPlan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve the plan of a request
         * @description The run then follows this plan. Where the plan has changed since it was read the answer is 409 with its present digest. Honours If-Match. Targets that it does not move stay as they are.
         */
        post: operations["approveDeletionRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what people did to a request */
        get: operations["listRequestEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List runs */
        get: operations["listRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a run with its progress */
        get: operations["getRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{id}/curves": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the losses over the steps of a run */
        get: operations["getCurves"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{id}/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish the candidate of a run that awaits promotion
         * @description Only what passed verification gets there.
         */
        post: operations["promoteRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{id}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take the candidate of a run back
         * @description Of a run that awaits promotion: the candidate is refused. Of one that was published, while its parent is
         *     kept and nothing was published after it: the parent is active again, its certificates are void, and the requests need review.
         */
        post: operations["rollBackRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow a run as it goes on
         * @description Server-sent events: the present state at once, then each change, `progress` and at last `ended`; `data` is JSON with `id`,
         *     `state`, `verdict`, `restarts`, `progress` and `updated_at` of the run. With `Last-Event-ID` a state that was seen is not sent again, and a run that ended with it is
         *     204, which ends an EventSource. A client that is slow gets the latest state and not all of them. The stream ends after 600 seconds, or with
         *     `Prefer: wait=<seconds>` before; connect again then.
         */
        get: operations["followRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{id}/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the last verification of a run */
        get: operations["getVerification"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the last verification of a run as a page
         * @description One file of HTML with charts: no script, nothing loaded from elsewhere, fit to be printed. It is not signed; the certificate of a run is.
         */
        get: operations["getReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verifications/{id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a verification that was asked for as a page
         * @description One file of HTML with charts: no script, nothing loaded from elsewhere, fit to be printed. It is not signed; the certificate of a run is.
         */
        get: operations["getVerificationReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkpoints/{id}/verifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the verifications of a checkpoint that were asked for */
        get: operations["listVerifications"];
        put?: never;
        /**
         * Have a checkpoint attacked
         * @description Attacks the checkpoint as a candidate of a run is attacked, whoever made it; the model stays as it is. The request and
         *     its end are entries of the ledger (`verification.requested`, `verification.ended`). With `validate_only` nothing is stored or started: the answer is 200.
         */
        post: operations["verifyCheckpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verifications/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a verification that was asked for */
        get: operations["getCheckpointVerification"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/certificates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List certificates */
        get: operations["listCertificates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/certificates/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a certificate
         * @description `Accept: application/jose` gives the compact JWS alone, as `expunge certificate verify` reads it.
         */
        get: operations["getCertificate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the public keys that certificates are signed with */
        get: operations["getKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the entries of the ledger
         * @description Every decision about the tenant’s data, in order, oldest first. Numbers have gaps where entries are of others; each entry’s hash is over all of it
         *     and the hash before it. For more, ask again with `after` the last `seq`.
         */
        get: operations["listLedgerEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a signed checkpoint of the ledger
         * @description The root of a Merkle tree (RFC 9162) over every entry of the ledger so far, signed: whoever keeps one can tell later whether anything
         *     before it was changed. `Accept: text/plain` gives the signed note alone (C2SP tlog-checkpoint). The tree is over the entries of the whole
         *     installation and says of others’ nothing but how many there are.
         */
        get: operations["getLedgerCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Prove that an entry is in the ledger, or that the ledger only grew
         * @description With `entry` (its number) or `certificate_id`: that the entry is in the ledger that the checkpoint of `size` was signed over;
         *     `Accept: text/plain` gives a file of the form C2SP tlog-proof. With `from` and `to`: that the ledger of `to` entries begins with that of
         *     `from`. Only entries of one’s own tenant are shown.
         */
        get: operations["getLedgerProof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List models */
        get: operations["listModels"];
        put?: never;
        /**
         * Register a checkpoint as a model
         * @description A folder under IMPORT_DIR (`path`) or an upload (`upload_id`). It is checked and copied; the original is not needed afterwards.
         */
        post: operations["registerModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a model */
        get: operations["getModel"];
        put?: never;
        post?: never;
        /**
         * Delete a model
         * @description With its whole line of checkpoints: their files go at once, and whatever was kept of its people with them. Deletion
         *     requests, runs, certificates and the ledger stay, and certificates can still be verified. 409 while a request, a run, a verification or an
         *     analysis of it has not ended, or a recipe of another model begins at one of its checkpoints. Honours If-Match with the ETag of GET.
         */
        delete: operations["deleteModel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/forgetting": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the ledger of forgetting of a model
         * @description What its published runs have taken since the last checkpoint that is exact, the budget of the policy in force, and what happens when that is spent.
         */
        get: operations["getForgetting"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/consolidations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a model trained again without everybody erased
         * @description By its recipe, in the background: requests of the model go first. What is made is verified and published as of any run, and the line begins anew.
         */
        post: operations["consolidateModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a model’s checkpoints with their lineage and their size on disk */
        get: operations["listCheckpoints"];
        put?: never;
        /**
         * Register a checkpoint that others made, to have it verified
         * @description Adds a checkpoint from outside to the model's line: a folder under IMPORT_DIR (`path`) or an upload (`upload_id`), checked as that of a
         *     model is. It is a `candidate`: it can be verified and retired, and is never in use. Configuration and tokenizer must be its parent's.
         */
        post: operations["registerCheckpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/checkpoints/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a checkpoint, with what was last found of it */
        get: operations["getCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/checkpoints/{digest}/retire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete a checkpoint’s files and keep its record
         * @description Deletes the files of a checkpoint that is kept for rollback, before its time, or of a candidate. The record stays, with its
         *     lineage, and the ledger says who asked (`checkpoint.retired`) and that the files are gone (`checkpoint.deleted`).
         *     Where another model has the very same checkpoint it stays `retained` until that one lets go. Honours If-Match with the ETag of the checkpoint.
         */
        post: operations["retireCheckpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkpoints/{id}/recipients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who has got files of a checkpoint
         * @description Everybody who got bytes of the checkpoint from here, in order (Art. 19 GDPR). The ledger has an entry of each (`checkpoint.pulled`), of how
         *     many there were when it was replaced (`checkpoint.replaced`), and of each who has heard (`recipient.told`).
         */
        get: operations["listRecipients"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkpoints/{id}/recipients/told": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write down that somebody has told a recipient of a checkpoint that it was replaced
         * @description For whom this service cannot tell: a recipient that was written to, or called. It stands in the ledger (`recipient.told`, how: `notice`) with who says so.
         */
        post: operations["noteRecipientTold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/checkpoints/{id}/files/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a file of a checkpoint that a model answers from
         * @description The bytes of a file of the checkpoint, which `GET /v1/models/{id}/aliases/active` lists; `manifest.json` is among them, and its
         *     SHA-256 is the checkpoint’s digest. `Range` takes one range of bytes, `If-Range` and `If-None-Match` the entity tag, which is the file’s
         *     SHA-256; `Repr-Digest` (RFC 9530) has it too. Only a checkpoint that a model answers from is given, and who gets it is written down: after it
         *     was replaced the answer is 410, with a link to the one in use.
         */
        get: operations["getCheckpointFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/aliases/{alias}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which checkpoint a model answers from, and its files
         * @description What a serving system asks before it loads weights, and again now and then: with `If-None-Match` the answer is 304 until the alias
         *     moves. Whoever asks after that has thereby heard that the checkpoint it got before is not to be used any more, which is written down.
         */
        get: operations["getAlias"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verification-policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the named policies */
        get: operations["listPresets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/verification-policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the policy for models that have none of their own */
        get: operations["getTenantPolicy"];
        /**
         * Choose the policy for models that have none of their own
         * @description A new version, unless the present one has the same thresholds. It is for runs that start later; what
         *     was verified before keeps the policy that its report names. The ledger says who chose (`verification-policy.chosen`). Where something was chosen here
         *     before, If-Match has to say so: the ETag of GET, or `*` for whatever is there.
         */
        put: operations["chooseTenantPolicy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/verification-policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the policy of a model */
        get: operations["getModelPolicy"];
        /**
         * Choose the policy of a model
         * @description A new version, unless the present one has the same thresholds. It is for runs that start later; what
         *     was verified before keeps the policy that its report names. The ledger says who chose (`verification-policy.chosen`). Where something was chosen here
         *     before, If-Match has to say so: the ETag of GET, or `*` for whatever is there.
         */
        put: operations["chooseModelPolicy"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * When what waits will be done, and what will be late
         * @description Plays out what waits by the order in which it will begin, on the workers that are there, as if nothing else came and every run
         *     passed at its first try and took as long as earlier ones. What is late by this will be late. Of other tenants it counts the runs and says nothing.
         */
        get: operations["getForecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests/{id}/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * When a request will be done
         * @description From measured runs of its models and the queue as it stands, as `GET /v1/forecast`; nothing where nothing was measured or
         *     where people are waited for, with the reason. It changes by the minute and the request does not, so it is no part of the request, whose ETag would change with it.
         */
        get: operations["getDeletionRequestForecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/scheduling": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get how the requests of a model are scheduled */
        get: operations["getScheduling"];
        /**
         * Choose how the requests of a model are scheduled
         * @description For what waits now and for what comes. The ledger says who chose (`model.scheduled`). Where something was chosen before, If-Match has
         *     to say so: the ETag of GET, or `*` for whatever is there.
         */
        put: operations["chooseScheduling"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/corpora": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List corpora */
        get: operations["listCorpora"];
        put?: never;
        /** Create an empty corpus */
        post: operations["createCorpus"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/corpora/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a corpus */
        get: operations["getCorpus"];
        put?: never;
        post?: never;
        /**
         * Delete a corpus
         * @description Its text and the index of who is in it. 409 while a model has it. Honours If-Match with the ETag of GET.
         */
        delete: operations["deleteCorpus"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/corpora/{id}/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add records from a file on the server
         * @description Reads the NDJSON file `path` under IMPORT_DIR as if it had been uploaded: the same records, checks and
         *     problems, all lines or none; of a tenant other than `default`, under the folder of its name there. MAX_UPLOAD_BYTES does not apply. The answer comes when all is indexed; give the client
         *     a timeout to match. When the client goes away before everything is written to the index, reading stops and nothing is kept; after that
         *     the records are kept, as they are when the answer alone is lost. The file is copied, without identifiers, and not needed afterwards.
         */
        post: operations["importRecords"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/corpora:preview-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Count what rules would find
         * @description Tries `subject_rules` on records that are sent along, as an upload would send them, or on the first 10000 of a corpus. The
         *     answer has numbers and no text, and nothing is stored. Of a stored corpus only what is trained on is left: pointers to other members find nothing there, and
         *     records of people whose processing is restricted are not read.
         */
        post: operations["previewRules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subjects:lookup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Count the records that name a person */
        post: operations["lookUpSubject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suppressions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what is suppressed */
        get: operations["listSuppressions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suppressions:check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask which people must not be trained on
         * @description For training jobs and whoever prepares their data: a record that names somebody suppressed does not belong there.
         */
        post: operations["checkSuppressions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suppressions:lift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a person be trained on again
         * @description Where somebody consents anew. Names the person, or the deletion request; everything goes that requests of this person put on the list. The model stays as it is.
         */
        post: operations["liftSuppressions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/restrictions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List restrictions */
        get: operations["listRestrictions"];
        put?: never;
        /**
         * Restrict the processing of a person’s records
         * @description Names a person, or a deletion request whose person it is; both, where the restriction is to wait with a request that was made before the
         *     subject key was rotated: the person then needs all identifiers of the request. From then on `suppressions:check` says so, runs and references leave the
         *     person’s records out of what they train on and measure with, and influence analyses do not show them. What a run has begun with, it ends with.
         *     Records are neither changed nor deleted by it, and a deletion request goes on: hold or deny it where the data has to be kept.
         */
        post: operations["placeRestriction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/restrictions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a restriction */
        get: operations["getRestriction"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/restrictions/{id}/lift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lift a restriction, or say that it is about to be
         * @description The person has to be told before (Art. 18(3)). Without `informed_at` the restriction is `ending` and stays in force, and the event
         *     `restriction.ending` tells whoever has to tell them; with it, it is over. A restriction of a request that is denied, cancelled or
         *     completed for some of its models is `ending` by itself. One of a request that is completed is lifted, where no model uses records that name the
         *     person any more, and is `ending` elsewhere; where a run that forgot the person is rolled back it is in force again. Honours If-Match.
         */
        post: operations["liftRestriction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the uploads that are open */
        get: operations["listUploads"];
        put?: never;
        /**
         * Begin to upload a checkpoint
         * @description Announce its files under it, send them, and register it with `upload_id`.
         */
        post: operations["createUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an upload */
        get: operations["getUpload"];
        put?: never;
        post?: never;
        /** Drop an upload */
        delete: operations["deleteUpload"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask the active checkpoint for greedy answers */
        post: operations["askModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/completions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get answers, once
         * @description Answers are deleted when they are read, or ten minutes after the question.
         */
        get: operations["getCompletion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/influence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rank training records by how much they shaped an answer
         * @description Looks at the active checkpoint, or with `checkpoints` at the training that led to it. What was asked is kept sealed until the analysis ends, its findings for a day. Records of people whose processing is restricted are not read; a question about them is 409 `subject-restricted`.
         */
        post: operations["analyseInfluence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}/influence/{analysis_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an analysis of influence */
        get: operations["getInfluence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List webhook endpoints, newest first */
        get: operations["listWebhookEndpoints"];
        put?: never;
        /**
         * Have events sent to a URL
         * @description The answer shows the secret, this once; it is stored sealed. Takes no Idempotency-Key, since the answer would be kept with it: delete an endpoint whose secret got lost on its way.
         */
        post: operations["createWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a webhook endpoint */
        get: operations["getWebhookEndpoint"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook endpoint
         * @description Its secrets are destroyed and what waits is not sent. Honours If-Match.
         */
        delete: operations["deleteWebhookEndpoint"];
        options?: never;
        head?: never;
        /**
         * Change a webhook endpoint
         * @description What is left out stays. Honours If-Match. What already waits goes to a new URL at once, whatever the old one asked for.
         */
        patch: operations["changeWebhookEndpoint"];
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a webhook endpoint new keys
         * @description Until the overlap is over every message carries the signatures of both; keys of a rotation before end at once. The answer shows the new secret, this once. Honours If-Match.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable a webhook endpoint
         * @description What waited while it was disabled is due; events of that time are not made up for. Honours If-Match.
         */
        post: operations["enableWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Disable a webhook endpoint
         * @description What waits is kept until it is enabled again; of what happens meanwhile it is not told. Honours If-Match.
         */
        post: operations["disableWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send webhook.test to an endpoint
         * @description Whatever it listens to. What came of it is in the list of its deliveries.
         */
        post: operations["testWebhookEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-endpoints/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what was sent to an endpoint, newest first
         * @description Every attempt with its status and how long it took. Kept for WEBHOOK_RETENTION_DAYS.
         */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-deliveries/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a delivery again
         * @description The same body under the same webhook-id, signed anew, at once and by the whole schedule; whether it arrived before or not.
         */
        post: operations["replayWebhookDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List API keys */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Make an API key
         * @description In the tenant of the caller. A key cannot hand on scopes that it lacks. Whoever may do `requests:approve` or `runs:promote`
         *     makes no keys here, since with a second one they could be four eyes alone: `expunge keys create` does. Takes no Idempotency-Key, since the answer must not be kept.
         */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace an API key
         * @description Makes a key that replaces this one: the same name, scopes and actor. The old one is valid for `overlap_hours` more. Of a key
         *     with scopes that the caller lacks it is refused; a caller may always replace its own. Honours If-Match; the ETag of a key that is used changes about once a minute, with `last_used_at`.
         */
        post: operations["rotateApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an API key */
        get: operations["getApiKey"];
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description It ends within 2 seconds, and for calls about keys at once. The record stays. Honours If-Match; the ETag of a key that is used changes about once a minute, with `last_used_at`.
         */
        delete: operations["revokeApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/methods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List unlearning methods with their parameters */
        get: operations["listMethods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List metrics and attacks */
        get: operations["listMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/problems/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Explain a kind of problem */
        get: operations["getProblem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Say what this installation takes and does */
        get: operations["getCapabilities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process alive */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Can the process take requests
         * @description 503 where it cannot; 429 beyond ADDRESS_RATE_LIMIT_PER_MINUTE calls of an address.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deletion-requests:batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for many people to be removed
         * @description Each line is taken in or refused by itself, in order, and the answer says so of each; `created` is said of what is
         *     committed. A call that may have been lost can be sent again: with its Idempotency-Key every line is answered as it was the first time, and
         *     lines that `failed` are tried; without one, what the call had made is `already_open`. Methods are checked as for a
         *     single request, which takes longer; a batch is fastest without them.
         */
        post: operations["createDeletionRequests"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/corpora/{id}/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add records */
        post: operations["uploadRecords"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Announce a file of an upload (tus: creation) */
        post: operations["createUploadFile"];
        delete?: never;
        /** What of tus is spoken here */
        options: operations["getUploadProtocol"];
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{id}/files/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a file out of an upload (tus: termination) */
        delete: operations["deleteUploadFile"];
        options?: never;
        head?: never;
        /**
         * Send a piece of a file (tus)
         * @description What arrived before a connection broke is kept: ask how much, and go on from there.
         */
        patch: operations["sendUploadPiece"];
        trace?: never;
    };
    "/v2/discovery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is spoken here (OpenDSR) */
        get: operations["discoverOpenDsr"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/certificate.pem": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The certificate that signs, and its chain (OpenDSR) */
        get: operations["getOpenDsrCertificate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a person to be removed (OpenDSR)
         * @description A `subject_request_id` that was used before is a 400. Each `status_callback_urls` is told of every change of status, signed, by the schedule of webhooks.
         */
        post: operations["createOpenDsrRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/requests/{subject_request_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the status of a request (OpenDSR)
         * @description What failed, or needs review, stays `in_progress`: it is not done. What was refused is `cancelled`. `extensions` says more.
         */
        get: operations["getOpenDsrRequest"];
        put?: never;
        post?: never;
        /**
         * Cancel a request that is pending (OpenDSR)
         * @description All of it or nothing: a 400 once a run has begun, or something of it has ended, for one of its models.
         */
        delete: operations["cancelOpenDsrRequest"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "deletion_request.created": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A deletion request was taken in */
        post: operations["onDeletionRequestCreated"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "deletion_request.state_changed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A request or a target of it moved, and it goes on */
        post: operations["onDeletionRequestStateChanged"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "deletion_request.extended": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The time for a request was extended */
        post: operations["onDeletionRequestExtended"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "deletion_request.completed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Every target of a request is done, or had nothing to forget */
        post: operations["onDeletionRequestCompleted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "deletion_request.partially_completed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The targets of a request ended differently */
        post: operations["onDeletionRequestPartiallyCompleted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "deletion_request.denied": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A request was refused */
        post: operations["onDeletionRequestDenied"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "deletion_request.cancelled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A request was withdrawn */
        post: operations["onDeletionRequestCancelled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "deletion_request.failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A request could not be carried out */
        post: operations["onDeletionRequestFailed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "deletion_request.needs_review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Verification did not pass: somebody has to look */
        post: operations["onDeletionRequestNeedsReview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "deletion_request.erased": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The text of the records of a request is gone */
        post: operations["onDeletionRequestErased"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "run.awaiting_promotion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A candidate passed verification and waits for a decision */
        post: operations["onRunAwaitingPromotion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "run.finished": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A run ended, whatever came of it */
        post: operations["onRunFinished"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "certificate.issued": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A certificate was signed */
        post: operations["onCertificateIssued"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "certificate.revoked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A certificate is void: what it certified was rolled back */
        post: operations["onCertificateRevoked"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "checkpoint.published": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A model answers from a new checkpoint */
        post: operations["onCheckpointPublished"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "checkpoint.replaced": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A checkpoint that somebody has got is not in use any more: its recipients are to be told */
        post: operations["onCheckpointReplaced"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "checkpoint.retired": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A checkpoint is not to be used any more */
        post: operations["onCheckpointRetired"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "checkpoint.deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The weights of a checkpoint are gone */
        post: operations["onCheckpointDeleted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "restriction.placed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The processing of a person’s records was restricted, or is so again after a rollback */
        post: operations["onRestrictionPlaced"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "restriction.ending": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A restriction is about to be lifted: the person is to be told before (Art. 18(3)) */
        post: operations["onRestrictionEnding"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "restriction.lifted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A restriction is over */
        post: operations["onRestrictionLifted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "model.deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A model was deleted: whoever has got weights of it is to be told */
        post: operations["onModelDeleted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "corpus.deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A corpus was deleted */
        post: operations["onCorpusDeleted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "verification.finished": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A verification on demand, or by schedule, ended */
        post: operations["onVerificationFinished"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "webhook.test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Somebody asked for a test of the endpoint */
        post: operations["onWebhookTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        Problem: {
            /** @description Relative reference to the explanation of this kind of problem */
            type: string;
            title: string;
            status: number;
            /** @description For people; do not parse it */
            detail: string;
            /**
             * @description Stable; more may be added
             * @enum {string}
             */
            code: "validation-failed" | "malformed-json" | "malformed-line" | "record-too-large" | "body-too-large" | "empty-corpus" | "duplicate-record-id" | "suppressed-subjects" | "subject-restricted" | "corpus-in-use" | "model-in-use" | "corpus-mismatch" | "corpus-unsuited" | "name-taken" | "unauthenticated" | "insufficient-scope" | "no-tenant" | "tenant-offboarded" | "scope-not-granted" | "not-found" | "method-not-allowed" | "unknown-model" | "unknown-corpus" | "already-open" | "external-id-taken" | "idempotency-key-busy" | "idempotency-key-reused" | "not-cancellable" | "wrong-state" | "plan-changed" | "four-eyes" | "extension-refused" | "rollback-refused" | "superseded" | "path-not-allowed" | "checkpoint-active" | "checkpoint-in-use" | "checkpoint-deleted" | "checkpoint-gone" | "checkpoint-retired" | "checkpoint-not-published" | "range-not-satisfiable" | "checkpoint-mismatch" | "backup-refused" | "backup-invalid" | "deletions-missing" | "parent-missing" | "records-gone" | "text-search-too-large" | "too-many-verifications" | "too-many-analyses" | "checkpoint-invalid" | "recipe-missing" | "method-not-applicable" | "forget-set-too-large" | "completions-disabled" | "unknown-upload" | "upload-incomplete" | "upload-offset-mismatch" | "checksum-mismatch" | "too-many-uploads" | "opendsr-disabled" | "url-not-allowed" | "too-many-endpoints" | "endpoint-disabled" | "unsupported-tus-version" | "precondition-failed" | "precondition-required" | "unsupported-media-type" | "insufficient-storage" | "storage-not-writable" | "quota-exceeded" | "service-unavailable" | "compute-crashed" | "compute-timeout" | "compute-hung" | "compute-failed" | "out-of-memory" | "memory-budget-exceeded" | "cancelled" | "certificate-invalid" | "ledger-altered" | "start-refused" | "internal";
            /** @description What to do about it */
            remedy: string;
            /** @description urn:uuid of this request, as in the X-Request-Id header and the log */
            instance: string;
            errors?: {
                detail: string;
                /** @description JSON Pointer, #/... */
                pointer: string;
            }[];
            /** @description The present state, where that is what stands in the way */
            state?: string;
            /** @description Actions that the request takes now */
            allowed?: string[];
            /** @description Of the present plan */
            plan_digest?: string;
            /** @description Link to the resource that stands in the way */
            existing?: string;
        } & {
            [key: string]: unknown;
        };
        Corpus: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            /** @description Lower-case name */
            name: string;
            records: number;
            /** @description Distinct subjects named by its records */
            people: number;
            digest: string | null;
            subject_rules: {
                pointers?: {
                    /** @description JSON Pointer (RFC 6901) into a line of the upload; `*` stands for every item of an array. A member at the top that no record has is read and dropped */
                    pointer: string;
                    /** @description Kind of identifier that stands there */
                    type: string;
                }[];
                /** @description Addresses and telephone numbers anywhere in the text of a record */
                patterns?: ("email" | "phone")[];
                /** @description Where telephone numbers without + are from (ISO 3166-1); left out: only numbers with + are found */
                country?: string;
                names?: string[];
            } | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
        };
        /** @description One of five forms, told apart by their members. Several people may stand in one record. */
        UploadedRecord: {
            /** @description Unique within the corpus; must not name a person */
            id: string;
            /** @description Everybody whom the record is about */
            subjects?: {
                /** @description Kind of identifier: email, phone, name, customer_id, ... */
                type: string;
                /** @description Raw value; hashed at the door and never stored */
                value?: string;
                /** @description SHA-256 (lower-case hex) of the normalised value, hashed by the client */
                sha256?: string;
            }[];
            /** @description Context that is not trained on; may be empty */
            prompt: string;
            /** @description Text that the model learns */
            answer: string;
        } | {
            /** @description Unique within the corpus; must not name a person */
            id: string;
            /** @description Everybody whom the record is about */
            subjects?: {
                /** @description Kind of identifier: email, phone, name, customer_id, ... */
                type: string;
                /** @description Raw value; hashed at the door and never stored */
                value?: string;
                /** @description SHA-256 (lower-case hex) of the normalised value, hashed by the client */
                sha256?: string;
            }[];
            /** @description Context that is not trained on; may be empty */
            prompt: string;
            /** @description Another name for `answer` */
            completion: string;
        } | {
            /** @description Unique within the corpus; must not name a person */
            id: string;
            /** @description Everybody whom the record is about */
            subjects?: {
                /** @description Kind of identifier: email, phone, name, customer_id, ... */
                type: string;
                /** @description Raw value; hashed at the door and never stored */
                value?: string;
                /** @description SHA-256 (lower-case hex) of the normalised value, hashed by the client */
                sha256?: string;
            }[];
            /** @description Plain text; the model learns every token of it */
            text: string;
        } | {
            /** @description Unique within the corpus; must not name a person */
            id: string;
            /** @description Everybody whom the record is about */
            subjects?: {
                /** @description Kind of identifier: email, phone, name, customer_id, ... */
                type: string;
                /** @description Raw value; hashed at the door and never stored */
                value?: string;
                /** @description SHA-256 (lower-case hex) of the normalised value, hashed by the client */
                sha256?: string;
            }[];
            /** @description A conversation, written by the checkpoint’s chat template; the model learns what the assistant says */
            messages: {
                role: "system" | "user" | "assistant" | "tool";
                /** @description What is said */
                content: string;
            }[];
        } | {
            /** @description Unique within the corpus; must not name a person */
            id: string;
            /** @description Everybody whom the record is about */
            subjects?: {
                /** @description Kind of identifier: email, phone, name, customer_id, ... */
                type: string;
                /** @description Raw value; hashed at the door and never stored */
                value?: string;
                /** @description SHA-256 (lower-case hex) of the normalised value, hashed by the client */
                sha256?: string;
            }[];
            /** @description What a classifier sees: text, numbers up to three deep (an image), or named values (a table’s row) */
            input: string | number[] | number[][] | number[][][] | {
                [key: string]: number | string | boolean | null;
            };
            /** @description Class that a classifier learns for the input: its number or its name */
            label: number | string;
        };
        Upload: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it is dropped; every piece that arrives puts that off
             */
            expires_at: string;
            files: {
                name: string;
                /** @description What the file has when it is complete */
                bytes: number;
                /** @description Bytes that have arrived: where the next piece begins */
                received: number;
                /** @description Where its pieces are sent to, as tus 1.0.0 has it */
                url: string;
            }[];
        };
        Model: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            /** @description Lower-case name */
            name: string;
            architecture: string;
            /** @description Number of weights */
            parameters: number;
            /** @description Content address */
            active: string;
            corpora: {
                /**
                 * Format: uuid
                 * @description UUID version 7
                 */
                corpus_id: string;
                role: "train" | "holdout" | "world";
                /** @description Records of the corpus, from the first, that the model was made with; later ones are no part of it */
                records: number;
            }[];
            has_recipe: boolean;
            rows: {
                /** @description Tokens of a row on average */
                mean: number;
                /** @description Tokens of the longest row */
                longest: number;
                /** @description Rows of a record on average: pieces of a long text, turns of a conversation */
                per_record: number;
            } | null;
            warnings: string[];
            last_verification: {
                /** @enum {string} */
                verdict: "passed" | "failed" | "inconclusive";
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                finished_at: string;
                verification_id: string | null;
                run_id: string | null;
                /** @description Questions (a person, records, or everybody forgotten) whose last verification of this checkpoint failed */
                failing: number;
            } | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            updated_at: string;
        };
        /** @description The ledger of forgetting of a model */
        Forgetting: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            model_id: string;
            /** @description The last checkpoint of the line that knew nothing of whom it must not know */
            since: {
                /** @description Content address */
                checkpoint: string;
                run_id: string | null;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                at: string;
            };
            /** @description Forgotten by all published runs */
            total: {
                requests: number;
                people: number;
                records: number;
            };
            since_exact: {
                requests: number;
                people: number;
                records: number;
                /** @description Runs whose guarantee is empirical */
                approximate_runs: number;
                /** @description What is left of the exact checkpoint’s, by metric: the product of what each run left */
                utility: {
                    [key: string]: number;
                };
            };
            earlier: {
                /** @description People of earlier runs who were looked at again */
                people: number;
                /** @description Of them, those above the limit of a memory metric */
                people_above: number;
                /** @description Requests whose people nobody can look at any more, or never could */
                unobservable_requests: number;
                verdict: ("passed" | "failed" | "inconclusive") | null;
            } | null;
            budget: {
                /**
                 * @description Runs whose guarantee is `empirical`, since the last exact checkpoint; null: as many as there are
                 * @default 50
                 */
                approximate_runs: number | null;
                /**
                 * @description Least that may be left of the utility of the last exact checkpoint, by the lowest metric
                 * @default 0.95
                 */
                utility_share: number;
                spent: boolean;
                /** @description What is left, or what spent it */
                reason: string;
            };
            /** @description Published since then, the oldest first */
            runs: {
                /**
                 * Format: uuid
                 * @description UUID version 7
                 */
                run_id: string;
                /**
                 * @description consolidation: everything was trained again without anybody erased
                 * @enum {string}
                 */
                kind: "deletion" | "consolidation";
                /** @description Content address */
                checkpoint: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                published_at: string;
                method: string;
                /**
                 * @description As the certificates of the run say
                 * @enum {string}
                 */
                guarantee: "exact" | "certified" | "empirical";
                /** @description A base that the recipe starts from was trained on somebody whom the run, or for a consolidation any before it, has forgotten */
                base_saw: boolean;
                requests: number;
                people: number;
                records: number;
                /** @description On the retain set, by metric: of its parent’s value what is left */
                utility: {
                    [key: string]: number;
                };
                earlier: {
                    /** @description People of earlier runs who were looked at again */
                    people: number;
                    /** @description Of them, those above the limit of a memory metric */
                    people_above: number;
                    /** @description Requests whose people nobody can look at any more, or never could */
                    unobservable_requests: number;
                    verdict: ("passed" | "failed" | "inconclusive") | null;
                } | null;
            }[];
            consolidation: {
                /**
                 * Format: uuid
                 * @description UUID version 7
                 */
                id: string;
                /**
                 * @description waiting: for its turn, after requests; failed: its run published nothing; dropped: nothing was left to do
                 * @enum {string}
                 */
                state: "waiting" | "running" | "done" | "failed" | "dropped";
                /** @enum {string} */
                why: "asked" | "budget";
                reason: string | null;
                run_id: string | null;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                created_at: string;
            } | null;
            /** @description What happens next, or what somebody has to do */
            next: string;
        };
        Checkpoint: {
            /** @description Content address */
            digest: string;
            /**
             * Format: uuid
             * @description UUID version 7
             */
            model_id: string;
            parent_digest: string | null;
            run_id: string | null;
            /**
             * @description candidate: from outside, to be verified, never in use; retained: kept for rollback until delete_after
             * @enum {string}
             */
            state: "active" | "candidate" | "retained" | "deleted";
            /** @description Of its files, wherever they are stored */
            bytes: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            delete_after: string | null;
            deleted_at: string | null;
            last_verification: {
                /** @enum {string} */
                verdict: "passed" | "failed" | "inconclusive";
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                finished_at: string;
                verification_id: string | null;
                run_id: string | null;
                /** @description Questions (a person, records, or everybody forgotten) whose last verification of this checkpoint failed */
                failing: number;
            } | null;
        };
        StoredCheckpoint: {
            /** @description Content address */
            digest: string;
            /**
             * Format: uuid
             * @description UUID version 7
             */
            model_id: string;
            parent_digest: string | null;
            run_id: string | null;
            /**
             * @description candidate: from outside, to be verified, never in use; retained: kept for rollback until delete_after
             * @enum {string}
             */
            state: "active" | "candidate" | "retained" | "deleted";
            /** @description Of its files, wherever they are stored */
            bytes: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            delete_after: string | null;
            deleted_at: string | null;
            last_verification: {
                /** @enum {string} */
                verdict: "passed" | "failed" | "inconclusive";
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                finished_at: string;
                verification_id: string | null;
                run_id: string | null;
                /** @description Questions (a person, records, or everybody forgotten) whose last verification of this checkpoint failed */
                failing: number;
            } | null;
            /** @description On disk for this checkpoint alone: what retiring it would free */
            own_bytes: number;
            /** @description On disk once for this and other checkpoints of the tenant */
            shared_bytes: number;
        };
        DeletionRequest: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            external_id: string | null;
            /** @enum {string} */
            state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
            ground: ("no_longer_necessary" | "consent_withdrawn" | "objection" | "unlawful_processing" | "legal_obligation" | "child_information_society_service") | null;
            /** @description Kinds of identifier given, never values */
            identifier_types: string[];
            records: {
                /** @description Of the records found, keyed: of use to nobody who has not the key. Certificates name it */
                digest: string;
                /** @description Ids given */
                record_ids: number;
                /** @description Of each text given, in order; a text is never kept */
                texts: {
                    /** @description Training records that hold this text */
                    exact: number;
                    /** @description Those that hold nearly this text */
                    near: number;
                }[];
                /** @description Different training records found by ids and texts, erased ones among them */
                matched: number;
            } | null;
            method: {
                name: string;
                params: {
                    [key: string]: unknown;
                };
            } | null;
            reverify_for: string | null;
            targets: {
                /**
                 * Format: uuid
                 * @description UUID version 7
                 */
                id: string;
                /**
                 * Format: uuid
                 * @description UUID version 7
                 */
                model_id: string;
                /** @description Lower-case name */
                model_name: string;
                /** @enum {string} */
                state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review";
                reason: string | null;
                run_id: string | null;
                certificate_id: string | null;
                /** @description Records of this model’s train corpora that the request is about */
                records: number;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                updated_at: string;
            }[];
            certificate_ids: string[];
            group_id: string | null;
            /** @description It waits for no others to come */
            urgent: boolean;
            verified_at: string | null;
            starts_after: string | null;
            approval_required: boolean;
            approval: {
                /** @description Of the plan that was approved, which the run follows */
                plan_digest: string;
                /** @description Who did it */
                by: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                at: string;
            } | null;
            hold: {
                /** @description As given; empty once it was erased */
                reason: string;
                /** @description Who did it */
                by: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                at: string;
            } | null;
            denial: {
                /**
                 * @description GDPR Art. 17(3)(a): expression_and_information; 17(3)(b): legal_obligation_or_public_task; 17(3)(c): public_health; 17(3)(d): archiving_research_or_statistics; 17(3)(e): legal_claims; 12(5): manifestly_unfounded_or_excessive; 12(6): identity_not_verified
                 * @enum {string}
                 */
                code: "expression_and_information" | "legal_obligation_or_public_task" | "public_health" | "archiving_research_or_statistics" | "legal_claims" | "manifestly_unfounded_or_excessive" | "identity_not_verified";
                /** @description Of the GDPR */
                article: string;
                /** @description As given; empty once it was erased */
                reason: string;
                /** @description Who did it */
                by: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                at: string;
            } | null;
            extension: {
                /** @description Calendar months that due_at moves */
                months: number;
                /** @description As given; empty once it was erased */
                reason: string;
                /**
                 * Format: date-time
                 * @description When the person was told, with the reasons
                 */
                notified_at: string;
                /** @description Who did it */
                by: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                at: string;
            } | null;
            suspicion: {
                /** @description The largest value in parts of its limit; above 1 a request waits for approval */
                score: number;
                /**
                 * Format: uuid
                 * @description The model that the signals are about
                 */
                model_id: string;
                /** @description Those above their limits */
                signals: {
                    /** @enum {string} */
                    signal: "request-size" | "records-budget" | "people-budget" | "compute-budget" | "unlearned-loss" | "steep-gradient" | "shard-spread";
                    /** @description What the request comes to, in records, requests, seconds, nats, norms, or sets of which one is as dear */
                    value: number;
                    /** @description What needs nobody’s approval */
                    limit: number;
                    /** @description The same in words */
                    text: string;
                }[];
            } | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            submitted_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            received_at: string;
            /**
             * Format: date-time
             * @description One calendar month after submitted_at, or up to three where that was extended (GDPR Art. 12(3))
             */
            due_at: string;
            completed_at: string | null;
            erased_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            updated_at: string;
            /** @description Grows with every change; the ETag */
            version: number;
        };
        DeletionPlan: {
            /** @enum {boolean} */
            validate_only: true;
            /** @description What would become of the request */
            statement: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            submitted_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            due_at: string;
            records: {
                /** @description Of the records found, keyed: of use to nobody who has not the key. Certificates name it */
                digest: string;
                /** @description Ids given */
                record_ids: number;
                /** @description Of each text given, in order; a text is never kept */
                texts: {
                    /** @description Training records that hold this text */
                    exact: number;
                    /** @description Those that hold nearly this text */
                    near: number;
                }[];
                /** @description Different training records found by ids and texts, erased ones among them */
                matched: number;
            } | null;
            targets: {
                /**
                 * Format: uuid
                 * @description UUID version 7
                 */
                model_id: string;
                /** @description Lower-case name */
                model_name: string;
                /** @description Records of this model’s train corpora that the request is about */
                records: number;
                /** @description What would become of the target */
                statement: string;
                /** @description As it would be made now, for this request alone */
                plan: {
                    name: string;
                    params: {
                        [key: string]: unknown;
                    };
                    /** @description Why it is tried, and why here */
                    reason?: string;
                    estimate?: {
                        seconds: number | null;
                        memory_bytes: number | null;
                        /** @description What the figures come from */
                        basis: string;
                        verification?: {
                            /** @description Without those of `references` */
                            seconds: number;
                            /** @description Of the method and its verification together, without `references` */
                            share_of_run: number;
                            extent: {
                                /** @description Other answers that a true one is held against */
                                other_answers: number;
                                /** @description Ways to wrap a prompt */
                                wrapped_prompts: number;
                                /** @description Answers that are sampled to a prompt */
                                samples: number;
                                /** @description Attacks on the weights: people of each set that they are tried on, at most */
                                attacks: {
                                    [key: string]: number;
                                };
                            };
                            left_out: {
                                /** @description A pass of `GET /v1/metrics`, an attack on the weights, or the models that a candidate is compared with */
                                part: string;
                                /** @enum {string} */
                                done: "shortened" | "left out";
                                /** @description Answers, prompts, people or models that the policy asks for */
                                asked_for: number;
                                /** @description Those that there is time for */
                                measured: number;
                                reason: string;
                                remedy: string;
                            }[];
                            /** @description Absent where the policy asks for none, where they cannot be trained, and of exact methods, which need none */
                            references?: {
                                /** @description Retrained models that have to be trained: those that the policy asks for and that are not kept */
                                retrained: number;
                                /** @description Shadow models, each a training and an unlearning */
                                shadow: number;
                                seconds: number;
                            };
                        };
                    };
                }[];
            }[];
        };
        Restriction: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            request_id: string | null;
            /**
             * @description GDPR Art. 18(1)(a): accuracy_contested; 18(1)(b): erasure_opposed; 18(1)(c): needed_for_legal_claims; 18(1)(d): objection_pending
             * @enum {string}
             */
            ground: "accuracy_contested" | "erasure_opposed" | "needed_for_legal_claims" | "objection_pending";
            /**
             * @description ending: in force until somebody says that the person was told (Art. 18(3)); lifted: over
             * @enum {string}
             */
            state: "active" | "ending" | "lifted";
            /** @description Kinds of identifier, never values */
            identifier_types: string[];
            reason: string | null;
            created_by: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            ending_at: string | null;
            informed_at: string | null;
            lifted_at: string | null;
            lifted_by: string | null;
            lift_reason: string | null;
        };
        Run: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            /**
             * @description consolidation: the model is trained again without everybody erased, for no request
             * @enum {string}
             */
            kind: "deletion" | "consolidation";
            /**
             * Format: uuid
             * @description UUID version 7
             */
            model_id: string;
            request_ids: string[];
            /** @enum {string} */
            state: "planned" | "unlearning" | "verifying" | "awaiting_promotion" | "published" | "needs_review" | "failed" | "cancelled" | "superseded" | "split";
            reason: string | null;
            /** @description Methods in the order in which they are tried; made before the first starts */
            plan: {
                name: string;
                params: {
                    [key: string]: unknown;
                };
                /** @description Why it is tried, and why here */
                reason?: string;
                estimate?: {
                    seconds: number | null;
                    memory_bytes: number | null;
                    /** @description What the figures come from */
                    basis: string;
                    verification?: {
                        /** @description Without those of `references` */
                        seconds: number;
                        /** @description Of the method and its verification together, without `references` */
                        share_of_run: number;
                        extent: {
                            /** @description Other answers that a true one is held against */
                            other_answers: number;
                            /** @description Ways to wrap a prompt */
                            wrapped_prompts: number;
                            /** @description Answers that are sampled to a prompt */
                            samples: number;
                            /** @description Attacks on the weights: people of each set that they are tried on, at most */
                            attacks: {
                                [key: string]: number;
                            };
                        };
                        left_out: {
                            /** @description A pass of `GET /v1/metrics`, an attack on the weights, or the models that a candidate is compared with */
                            part: string;
                            /** @enum {string} */
                            done: "shortened" | "left out";
                            /** @description Answers, prompts, people or models that the policy asks for */
                            asked_for: number;
                            /** @description Those that there is time for */
                            measured: number;
                            reason: string;
                            remedy: string;
                        }[];
                        /** @description Absent where the policy asks for none, where they cannot be trained, and of exact methods, which need none */
                        references?: {
                            /** @description Retrained models that have to be trained: those that the policy asks for and that are not kept */
                            retrained: number;
                            /** @description Shadow models, each a training and an unlearning */
                            shadow: number;
                            seconds: number;
                        };
                    };
                };
            }[];
            attempts: {
                method: {
                    name: string;
                    params: {
                        [key: string]: unknown;
                    };
                };
                seed: number;
                candidate: string | null;
                verdict: ("passed" | "failed" | "inconclusive") | null;
                reason: string | null;
                /** @description By phase */
                seconds: {
                    [key: string]: number;
                };
                /** @description By phase */
                steps?: {
                    [key: string]: number;
                };
                /**
                 * @description Why forgetting by steps ended; absent before it has, and for methods without such steps. stop-rule: the forgotten cost what people never seen cost; utility-floor: less of the retained was recalled than `utility_floor` asks for; step-bound: `max_steps` were taken; time-budget: `max_seconds` were used
                 * @enum {string}
                 */
                ended?: "stop-rule" | "utility-floor" | "step-bound" | "time-budget";
                /** @description How much of the verification was done, and what its parts took */
                verification?: {
                    extent: {
                        /** @description Other answers that a true one is held against */
                        other_answers: number;
                        /** @description Ways to wrap a prompt */
                        wrapped_prompts: number;
                        /** @description Answers that are sampled to a prompt */
                        samples: number;
                        /** @description Attacks on the weights: people of each set that they are tried on, at most */
                        attacks: {
                            [key: string]: number;
                        };
                    };
                    parts: {
                        /** @description A pass of `GET /v1/metrics`, an attack on the weights, `loading` or `statistics` */
                        part: string;
                        /** @description Rows, answers or people, under all checkpoints; 0 where nothing is counted */
                        units: number;
                        seconds: number;
                    }[];
                };
                /** @description Rows that verification scored, under both checkpoints */
                scored_rows?: number;
                /** @description What the method was expected to take at most */
                planned_memory_bytes?: number;
                peak_memory_bytes: number | null;
                /** @description What certified removal promises of the candidate */
                certified?: {
                    epsilon: number;
                    delta: number;
                    budget: number;
                    spent: number;
                };
                /** @description true: a base that the recipe starts from was trained on somebody of the run, so that training again is not exact; absent: none is known to have been */
                base_saw?: boolean;
                /** @description Trained again from other seeds than the recipe’s, since so many exact candidates of earlier runs for these requests did not pass; absent: from its own */
                start?: number;
                /** @description What computed it, for example onnxruntime/cpu */
                backend?: string;
            }[];
            /** @description Content address */
            parent: string;
            candidate: string | null;
            verdict: ("passed" | "failed" | "inconclusive") | null;
            split_of: string | null;
            counts: {
                requests: number;
                people: number;
                forget_records: number;
                /** @description Forget records that also name other people */
                shared_records: number;
                retain_records: number;
                holdout_records: number;
                erased_before: number;
                /** @description Of the forget records, those that an earlier run had removed by another method, for requests that take exact removal alone; absent: none */
                again_records?: number;
                /** @description Records like these whose text was erased since: the training left them out, and they are no forget records, as nobody can measure them any more; absent: none */
                unmeasured_records?: number;
            };
            progress: {
                /** @enum {string} */
                phase: "waiting" | "loading" | "calibrating" | "unlearning" | "repairing" | "saving" | "references" | "verifying" | "done";
                step: number;
                /** @description Upper bound of steps in this phase; 0 when unknown */
                steps: number;
                forget_loss: number | null;
                retain_loss: number | null;
                forget_target: number | null;
                seconds_left: number | null;
                /**
                 * @description Why forgetting by steps ended; absent before it has, and for methods without such steps. stop-rule: the forgotten cost what people never seen cost; utility-floor: less of the retained was recalled than `utility_floor` asks for; step-bound: `max_steps` were taken; time-budget: `max_seconds` were used
                 * @enum {string}
                 */
                ended?: "stop-rule" | "utility-floor" | "step-bound" | "time-budget";
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                updated_at: string;
            };
            restarts: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            started_at: string | null;
            finished_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            updated_at: string;
            version: number;
        };
        CurvePoint: {
            step: number;
            phase: string;
            forget_loss: number | null;
            retain_loss: number | null;
        };
        VerificationReport: {
            /** @enum {string} */
            verdict: "passed" | "failed" | "inconclusive";
            /** @description Why, in one sentence */
            reason: string;
            /** @default {} */
            policy: {
                /**
                 * @default 1
                 * @enum {number}
                 */
                version: 1;
                /**
                 * @description How far a memory metric of the forgotten may lie above the prediction limit of never-seen people
                 * @default 0.05
                 */
                memory_margin: number;
                /**
                 * @description The same for answers that are drawn out, of a sample: above the most that people never seen give
                 * @default 0.25
                 */
                extraction_margin?: number;
                /**
                 * @description Membership attacks fail the run when their two-sided p-value, by person, is below this, or below what membership_alpha_aim makes of it
                 * @default 0.05
                 */
                membership_alpha: number;
                /**
                 * @description The level that is aimed at: used where so many people never seen are compared that a p below it can come out; with fewer the least that can, and never more than membership_alpha. Absent: membership_alpha for any number
                 * @default 0.015
                 */
                membership_alpha_aim?: number;
                /**
                 * @description Utility on the retain set, as a share of the parent checkpoint’s; for an exact candidate, of the registered one’s where that is lower
                 * @default 0.95
                 */
                utility_min_ratio: number;
                /** @default {} */
                naturalness?: {
                    /**
                     * @description Perplexity of the answers under the parent: times the limit of people never seen
                     * @default 500
                     */
                    perplexity_factor: number;
                    /**
                     * @description Share of repeated sequences of four tokens: above the limit of people never seen
                     * @default 0.3
                     */
                    repetition_margin: number;
                    /**
                     * @description Share of answers that refuse: above the limit of people never seen. 1: refusals are asked for
                     * @default 0.5
                     */
                    refusal_margin: number;
                    /**
                     * @description Length of the answers: times the upper limit of people never seen, or that part of the lower one
                     * @default 3
                     */
                    length_factor: number;
                };
                /**
                 * @description Attacks that try to bring back what was forgotten; reported, not judged
                 * @default [
                 *       "quantisation",
                 *       "relearning"
                 *     ]
                 */
                robustness?: ("fine-tuning" | "pruning" | "quantisation" | "relearning")[];
                /**
                 * @description Records of each person whose gradient the attack `grad-norm` looks at, a backward pass each; 0: it is left out
                 * @default 0
                 */
                gradient_records?: number;
                /** @default {} */
                references?: {
                    /**
                     * @description Models that are trained by the recorded recipe without the forgotten, of different seeds, to hold the candidate against; each costs a whole training, once
                     * @default 0
                     */
                    retrained: number;
                    /**
                     * @description Shadow models for the attack u-lira, which learn half of the people who are compared and have them unlearned by the run’s method; each costs a training and an unlearning. Published with 64; fewer than 4 show nothing
                     * @default 0
                     */
                    shadow: number;
                };
                /**
                 * @description Days after which the checkpoint in use is looked at again, as to everybody forgotten of whom something is kept. null: only when somebody asks
                 * @default 7
                 */
                reverify_every_days?: number | null;
                /** @default {} */
                forgetting?: {
                    /**
                     * @description Runs whose guarantee is `empirical`, since the last exact checkpoint; null: as many as there are
                     * @default 50
                     */
                    approximate_runs: number | null;
                    /**
                     * @description Least that may be left of the utility of the last exact checkpoint, by the lowest metric
                     * @default 0.95
                     */
                    utility_share: number;
                };
                /**
                 * @description Of the time of a method and its verification, what the latter may take by the plan: the rest of what no verdict needs is shortened or left out, and named in the report. null: all is measured
                 * @default 0.5
                 */
                max_share_of_run?: number | null;
            };
            /** @description SHA-256 over the RFC 8785 form of `policy`, as it was applied */
            policy_digest?: string;
            policy_choice?: {
                /**
                 * @description Whose choice: the model’s, the tenant’s, or, without either, the service’s; or that of one verification alone
                 * @enum {string}
                 */
                scope: "model" | "tenant" | "service" | "verification";
                /** @description Of that model’s or tenant’s policy, from 1; 0: of neither */
                version: number;
                preset: ("strict" | "standard" | "exploratory") | null;
                /** @description SHA-256 over the RFC 8785 form of the policy */
                digest: string;
            };
            people: {
                forget: number;
                holdout: number;
            };
            records: {
                forget: number;
                retain: number;
                holdout: number;
            };
            findings: {
                /** @description Registered metric or attack */
                metric: string;
                /** @enum {string} */
                set: "forget" | "retain" | "holdout" | "neighbours" | "world" | "earlier";
                before: number | null;
                after: number | null;
                interval: {
                    low: number;
                    high: number;
                    level: number;
                } | null;
                p_value: number | null;
                /** @description Of this attack as if it were the only one */
                p_uncorrected?: number;
                smallest_reachable_p: number | null;
                threshold: string | null;
                verdict: ("passed" | "failed" | "inconclusive") | null;
                note: string | null;
                operating_points?: {
                    /** @description Share of people never seen whom the attack may take for members */
                    fpr: number;
                    before: number | null;
                    after: number | null;
                    interval: {
                        low: number;
                        high: number;
                        level: number;
                    } | null;
                }[];
                detectable?: {
                    /** @enum {string} */
                    measure: "auc" | "value" | "ks-distance";
                    /** @description Smallest effect that would have been seen */
                    value: number;
                    power: number | null;
                    /** @description The same in words, with the number of people */
                    text: string;
                } | null;
            }[];
            /** @description Everybody forgotten before; absent where there is nobody */
            before?: {
                /** @description Requests that earlier runs of the model completed */
                requests: number;
                /** @description Those whose people were looked at again: all of whom something is kept, or a sample by the seed */
                reverified_requests: number;
                /** @description Those of whom nothing is kept any more, or never was: nobody can look at them again */
                unobservable_requests: number;
                unobservable_since: string | null;
                /** @description People who were looked at again */
                people: number;
                /** @description Their records, or parts of records, that were scored */
                records: number;
                /** @description People above the limit of a memory metric */
                people_above: number;
                findings: {
                    /** @description Registered metric or attack */
                    metric: string;
                    /** @enum {string} */
                    set: "forget" | "retain" | "holdout" | "neighbours" | "world" | "earlier";
                    before: number | null;
                    after: number | null;
                    interval: {
                        low: number;
                        high: number;
                        level: number;
                    } | null;
                    p_value: number | null;
                    /** @description Of this attack as if it were the only one */
                    p_uncorrected?: number;
                    smallest_reachable_p: number | null;
                    threshold: string | null;
                    verdict: ("passed" | "failed" | "inconclusive") | null;
                    note: string | null;
                    operating_points?: {
                        /** @description Share of people never seen whom the attack may take for members */
                        fpr: number;
                        before: number | null;
                        after: number | null;
                        interval: {
                            low: number;
                            high: number;
                            level: number;
                        } | null;
                    }[];
                    detectable?: {
                        /** @enum {string} */
                        measure: "auc" | "value" | "ks-distance";
                        /** @description Smallest effect that would have been seen */
                        value: number;
                        power: number | null;
                        /** @description The same in words, with the number of people */
                        text: string;
                    } | null;
                }[];
                verdict: ("passed" | "failed" | "inconclusive") | null;
                /** @description Why, in one sentence */
                reason: string;
            };
            /** @description What the policy asks for and there was no time for; nothing that a verdict needs */
            left_out?: {
                /** @description A pass of `GET /v1/metrics`, an attack on the weights, or the models that a candidate is compared with */
                part: string;
                /** @enum {string} */
                done: "shortened" | "left out";
                /** @description Answers, prompts, people or models that the policy asks for */
                asked_for: number;
                /** @description Those that there is time for */
                measured: number;
                reason: string;
                remedy: string;
            }[];
            seconds: number;
            verifier_version: string;
            /** @description Of a classifier: accuracy by class, reported only; null where a set holds fewer than 5 records of it */
            classes?: {
                /** @description Its name; its number where the model names no classes */
                class: string;
                forget: {
                    records: number;
                    /** @description Share that the parent checkpoint recognises */
                    before: number;
                    /** @description Share that the candidate recognises */
                    after: number;
                } | null;
                retain: {
                    records: number;
                    /** @description Share that the parent checkpoint recognises */
                    before: number;
                    /** @description Share that the candidate recognises */
                    after: number;
                } | null;
                holdout: {
                    records: number;
                    /** @description Share that the parent checkpoint recognises */
                    before: number;
                    /** @description Share that the candidate recognises */
                    after: number;
                } | null;
            }[];
            references?: {
                /** @description Models that the policy asks for */
                asked: number;
                /** @description Those that the candidate was held against */
                compared: number;
                note: string | null;
                /** @description The same of shadow models; absent where none are asked for */
                shadow?: {
                    /** @description Models that the policy asks for */
                    asked: number;
                    /** @description Those that the candidate was held against */
                    compared: number;
                    note: string | null;
                };
            };
            retraining?: {
                /** @description By score and retrained model */
                distances: {
                    /** @description Registered metric or attack whose scores are compared */
                    score: string;
                    /** @description Which of the retrained models */
                    model?: number;
                    ks_distance: number | null;
                    ks_p: number | null;
                    ks_detectable: number | null;
                    /** @description Bits, over records */
                    jensen_shannon: {
                        forget: number | null;
                        holdout: number | null;
                    };
                    /** @description Mean over people of how far their two scores are apart */
                    mean_gap: {
                        forget: number | null;
                        holdout: number | null;
                    };
                }[];
                /** @description To all retrained models together, by score */
                pooled?: {
                    score: string;
                    /** @description Of the candidate’s people to those of all retrained models together */
                    ks_distance: number;
                    /** @description The same of a retrained model, to the other ones and the candidate; a mean: what trainings differ by */
                    ks_among: number;
                    /** @description How often one of these models, the candidate among them, is as far from all others; by models, exact */
                    models_p: number;
                    /** @description With so few models no candidate can show less */
                    smallest_models_p: number;
                    /** @description Bits, over records */
                    jensen_shannon: {
                        forget: number | null;
                        holdout: number | null;
                    };
                }[];
                privleak: number | null;
                completeness?: {
                    parent: number;
                    /** @description Mean over people; over that of the retrained models: forgotten beyond that */
                    candidate: number;
                    interval: {
                        low: number;
                        high: number;
                        level: number;
                    } | null;
                    /** @description Of the retrained models themselves: what complete is here */
                    retrained: number;
                    /** @description Of the forgotten person who is forgotten least */
                    lowest: number;
                    /** @description Of the one who is forgotten most */
                    highest: number;
                } | null;
                epsilon?: {
                    epsilon: number | null;
                    forget_score: number | null;
                    candidates: number;
                    retrained: number;
                    /** @description Models of either kind that it is computed from */
                    needed: number;
                    note: string | null;
                };
            };
            /** @description By attack on the weights: what came back; reported only */
            robustness?: {
                /** @description Registered attack */
                attack: string;
                /** @description What `at` counts */
                unit: string;
                /** @description What is measured of the records that the attack did not use */
                metric: string;
                points: {
                    at: number;
                    forget: number | null;
                    /** @description The same of people never seen, attacked likewise */
                    holdout: number | null;
                }[];
                note: string | null;
            }[];
            cost?: {
                /** @description What it took, in the order in which it was done */
                parts: {
                    /** @description A pass of `GET /v1/metrics`, an attack on the weights, `loading` or `statistics` */
                    part: string;
                    /** @description Rows, answers or people, under all checkpoints; 0 where nothing is counted */
                    units: number;
                    seconds: number;
                }[];
                extent: {
                    /** @description Other answers that a true one is held against */
                    other_answers: number;
                    /** @description Ways to wrap a prompt */
                    wrapped_prompts: number;
                    /** @description Answers that are sampled to a prompt */
                    samples: number;
                    /** @description Attacks on the weights: people of each set that they are tried on, at most */
                    attacks: {
                        [key: string]: number;
                    };
                };
                planned: {
                    seconds: number;
                    share_of_run: number;
                } | null;
                /** @description Of the seconds of the method and the verification together, as measured */
                share_of_run?: number;
            };
            /** @description By attack: how scores are spread over people, for charts */
            distributions?: {
                /** @description Registered attack */
                metric: string;
                /** @description Ends of the bins, one more than there are bins; ascending */
                edges: number[];
                forget: {
                    /** @description People by bin */
                    before: number[];
                    /** @description People by bin */
                    after: number[];
                };
                retain: {
                    /** @description People by bin */
                    before: number[];
                    /** @description People by bin */
                    after: number[];
                };
                holdout: {
                    /** @description People by bin */
                    before: number[];
                    /** @description People by bin */
                    after: number[];
                };
                roc: {
                    before: {
                        /** @description Share of people never seen who are taken for members */
                        fpr: number;
                        /** @description Share of the forgotten who are */
                        tpr: number;
                    }[];
                    after: {
                        /** @description Share of people never seen who are taken for members */
                        fpr: number;
                        /** @description Share of the forgotten who are */
                        tpr: number;
                    }[];
                };
            }[];
        };
        CheckpointVerification: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            /**
             * Format: uuid
             * @description UUID version 7
             */
            model_id: string;
            /** @description The checkpoint that is attacked */
            checkpoint_id: string;
            against_checkpoint_id: string | null;
            reference_checkpoint_id: string | null;
            /**
             * @description What it is about; identifiers and places of records are deleted when it ends. earlier: everybody forgotten of whom something is kept, by the schedule of the policy
             * @enum {string}
             */
            asks: "subject" | "records" | "earlier";
            /** @description The same for the same question: of a person as certificates have it (SHA-256 over the sorted keys), of records over their sorted places; of `earlier` one for each model */
            query_digest: string;
            /** @description Training records that it is about; of `earlier`, those that are kept */
            records: number;
            policy: {
                /**
                 * @description Whose choice: the model’s, the tenant’s, or, without either, the service’s; or that of one verification alone
                 * @enum {string}
                 */
                scope: "model" | "tenant" | "service" | "verification";
                /** @description Of that model’s or tenant’s policy, from 1; 0: of neither */
                version: number;
                preset: ("strict" | "standard" | "exploratory") | null;
                /** @description SHA-256 over the RFC 8785 form of the policy */
                digest: string;
            };
            /**
             * @description failed: it could not be done, which is no verdict
             * @enum {string}
             */
            state: "queued" | "running" | "done" | "failed";
            verdict: ("passed" | "failed" | "inconclusive") | null;
            reason: string | null;
            came_back: string[] | null;
            report_digest: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            started_at: string | null;
            finished_at: string | null;
            links: {
                self: string;
                model: string;
                checkpoint: string;
                report: string | null;
            };
            report: {
                /** @enum {string} */
                verdict: "passed" | "failed" | "inconclusive";
                /** @description Why, in one sentence */
                reason: string;
                /** @default {} */
                policy: {
                    /**
                     * @default 1
                     * @enum {number}
                     */
                    version: 1;
                    /**
                     * @description How far a memory metric of the forgotten may lie above the prediction limit of never-seen people
                     * @default 0.05
                     */
                    memory_margin: number;
                    /**
                     * @description The same for answers that are drawn out, of a sample: above the most that people never seen give
                     * @default 0.25
                     */
                    extraction_margin?: number;
                    /**
                     * @description Membership attacks fail the run when their two-sided p-value, by person, is below this, or below what membership_alpha_aim makes of it
                     * @default 0.05
                     */
                    membership_alpha: number;
                    /**
                     * @description The level that is aimed at: used where so many people never seen are compared that a p below it can come out; with fewer the least that can, and never more than membership_alpha. Absent: membership_alpha for any number
                     * @default 0.015
                     */
                    membership_alpha_aim?: number;
                    /**
                     * @description Utility on the retain set, as a share of the parent checkpoint’s; for an exact candidate, of the registered one’s where that is lower
                     * @default 0.95
                     */
                    utility_min_ratio: number;
                    /** @default {} */
                    naturalness?: {
                        /**
                         * @description Perplexity of the answers under the parent: times the limit of people never seen
                         * @default 500
                         */
                        perplexity_factor: number;
                        /**
                         * @description Share of repeated sequences of four tokens: above the limit of people never seen
                         * @default 0.3
                         */
                        repetition_margin: number;
                        /**
                         * @description Share of answers that refuse: above the limit of people never seen. 1: refusals are asked for
                         * @default 0.5
                         */
                        refusal_margin: number;
                        /**
                         * @description Length of the answers: times the upper limit of people never seen, or that part of the lower one
                         * @default 3
                         */
                        length_factor: number;
                    };
                    /**
                     * @description Attacks that try to bring back what was forgotten; reported, not judged
                     * @default [
                     *       "quantisation",
                     *       "relearning"
                     *     ]
                     */
                    robustness?: ("fine-tuning" | "pruning" | "quantisation" | "relearning")[];
                    /**
                     * @description Records of each person whose gradient the attack `grad-norm` looks at, a backward pass each; 0: it is left out
                     * @default 0
                     */
                    gradient_records?: number;
                    /** @default {} */
                    references?: {
                        /**
                         * @description Models that are trained by the recorded recipe without the forgotten, of different seeds, to hold the candidate against; each costs a whole training, once
                         * @default 0
                         */
                        retrained: number;
                        /**
                         * @description Shadow models for the attack u-lira, which learn half of the people who are compared and have them unlearned by the run’s method; each costs a training and an unlearning. Published with 64; fewer than 4 show nothing
                         * @default 0
                         */
                        shadow: number;
                    };
                    /**
                     * @description Days after which the checkpoint in use is looked at again, as to everybody forgotten of whom something is kept. null: only when somebody asks
                     * @default 7
                     */
                    reverify_every_days?: number | null;
                    /** @default {} */
                    forgetting?: {
                        /**
                         * @description Runs whose guarantee is `empirical`, since the last exact checkpoint; null: as many as there are
                         * @default 50
                         */
                        approximate_runs: number | null;
                        /**
                         * @description Least that may be left of the utility of the last exact checkpoint, by the lowest metric
                         * @default 0.95
                         */
                        utility_share: number;
                    };
                    /**
                     * @description Of the time of a method and its verification, what the latter may take by the plan: the rest of what no verdict needs is shortened or left out, and named in the report. null: all is measured
                     * @default 0.5
                     */
                    max_share_of_run?: number | null;
                };
                /** @description SHA-256 over the RFC 8785 form of `policy`, as it was applied */
                policy_digest?: string;
                policy_choice?: {
                    /**
                     * @description Whose choice: the model’s, the tenant’s, or, without either, the service’s; or that of one verification alone
                     * @enum {string}
                     */
                    scope: "model" | "tenant" | "service" | "verification";
                    /** @description Of that model’s or tenant’s policy, from 1; 0: of neither */
                    version: number;
                    preset: ("strict" | "standard" | "exploratory") | null;
                    /** @description SHA-256 over the RFC 8785 form of the policy */
                    digest: string;
                };
                people: {
                    forget: number;
                    holdout: number;
                };
                records: {
                    forget: number;
                    retain: number;
                    holdout: number;
                };
                findings: {
                    /** @description Registered metric or attack */
                    metric: string;
                    /** @enum {string} */
                    set: "forget" | "retain" | "holdout" | "neighbours" | "world" | "earlier";
                    before: number | null;
                    after: number | null;
                    interval: {
                        low: number;
                        high: number;
                        level: number;
                    } | null;
                    p_value: number | null;
                    /** @description Of this attack as if it were the only one */
                    p_uncorrected?: number;
                    smallest_reachable_p: number | null;
                    threshold: string | null;
                    verdict: ("passed" | "failed" | "inconclusive") | null;
                    note: string | null;
                    operating_points?: {
                        /** @description Share of people never seen whom the attack may take for members */
                        fpr: number;
                        before: number | null;
                        after: number | null;
                        interval: {
                            low: number;
                            high: number;
                            level: number;
                        } | null;
                    }[];
                    detectable?: {
                        /** @enum {string} */
                        measure: "auc" | "value" | "ks-distance";
                        /** @description Smallest effect that would have been seen */
                        value: number;
                        power: number | null;
                        /** @description The same in words, with the number of people */
                        text: string;
                    } | null;
                }[];
                /** @description Everybody forgotten before; absent where there is nobody */
                before?: {
                    /** @description Requests that earlier runs of the model completed */
                    requests: number;
                    /** @description Those whose people were looked at again: all of whom something is kept, or a sample by the seed */
                    reverified_requests: number;
                    /** @description Those of whom nothing is kept any more, or never was: nobody can look at them again */
                    unobservable_requests: number;
                    unobservable_since: string | null;
                    /** @description People who were looked at again */
                    people: number;
                    /** @description Their records, or parts of records, that were scored */
                    records: number;
                    /** @description People above the limit of a memory metric */
                    people_above: number;
                    findings: {
                        /** @description Registered metric or attack */
                        metric: string;
                        /** @enum {string} */
                        set: "forget" | "retain" | "holdout" | "neighbours" | "world" | "earlier";
                        before: number | null;
                        after: number | null;
                        interval: {
                            low: number;
                            high: number;
                            level: number;
                        } | null;
                        p_value: number | null;
                        /** @description Of this attack as if it were the only one */
                        p_uncorrected?: number;
                        smallest_reachable_p: number | null;
                        threshold: string | null;
                        verdict: ("passed" | "failed" | "inconclusive") | null;
                        note: string | null;
                        operating_points?: {
                            /** @description Share of people never seen whom the attack may take for members */
                            fpr: number;
                            before: number | null;
                            after: number | null;
                            interval: {
                                low: number;
                                high: number;
                                level: number;
                            } | null;
                        }[];
                        detectable?: {
                            /** @enum {string} */
                            measure: "auc" | "value" | "ks-distance";
                            /** @description Smallest effect that would have been seen */
                            value: number;
                            power: number | null;
                            /** @description The same in words, with the number of people */
                            text: string;
                        } | null;
                    }[];
                    verdict: ("passed" | "failed" | "inconclusive") | null;
                    /** @description Why, in one sentence */
                    reason: string;
                };
                /** @description What the policy asks for and there was no time for; nothing that a verdict needs */
                left_out?: {
                    /** @description A pass of `GET /v1/metrics`, an attack on the weights, or the models that a candidate is compared with */
                    part: string;
                    /** @enum {string} */
                    done: "shortened" | "left out";
                    /** @description Answers, prompts, people or models that the policy asks for */
                    asked_for: number;
                    /** @description Those that there is time for */
                    measured: number;
                    reason: string;
                    remedy: string;
                }[];
                seconds: number;
                verifier_version: string;
                /** @description Of a classifier: accuracy by class, reported only; null where a set holds fewer than 5 records of it */
                classes?: {
                    /** @description Its name; its number where the model names no classes */
                    class: string;
                    forget: {
                        records: number;
                        /** @description Share that the parent checkpoint recognises */
                        before: number;
                        /** @description Share that the candidate recognises */
                        after: number;
                    } | null;
                    retain: {
                        records: number;
                        /** @description Share that the parent checkpoint recognises */
                        before: number;
                        /** @description Share that the candidate recognises */
                        after: number;
                    } | null;
                    holdout: {
                        records: number;
                        /** @description Share that the parent checkpoint recognises */
                        before: number;
                        /** @description Share that the candidate recognises */
                        after: number;
                    } | null;
                }[];
                references?: {
                    /** @description Models that the policy asks for */
                    asked: number;
                    /** @description Those that the candidate was held against */
                    compared: number;
                    note: string | null;
                    /** @description The same of shadow models; absent where none are asked for */
                    shadow?: {
                        /** @description Models that the policy asks for */
                        asked: number;
                        /** @description Those that the candidate was held against */
                        compared: number;
                        note: string | null;
                    };
                };
                retraining?: {
                    /** @description By score and retrained model */
                    distances: {
                        /** @description Registered metric or attack whose scores are compared */
                        score: string;
                        /** @description Which of the retrained models */
                        model?: number;
                        ks_distance: number | null;
                        ks_p: number | null;
                        ks_detectable: number | null;
                        /** @description Bits, over records */
                        jensen_shannon: {
                            forget: number | null;
                            holdout: number | null;
                        };
                        /** @description Mean over people of how far their two scores are apart */
                        mean_gap: {
                            forget: number | null;
                            holdout: number | null;
                        };
                    }[];
                    /** @description To all retrained models together, by score */
                    pooled?: {
                        score: string;
                        /** @description Of the candidate’s people to those of all retrained models together */
                        ks_distance: number;
                        /** @description The same of a retrained model, to the other ones and the candidate; a mean: what trainings differ by */
                        ks_among: number;
                        /** @description How often one of these models, the candidate among them, is as far from all others; by models, exact */
                        models_p: number;
                        /** @description With so few models no candidate can show less */
                        smallest_models_p: number;
                        /** @description Bits, over records */
                        jensen_shannon: {
                            forget: number | null;
                            holdout: number | null;
                        };
                    }[];
                    privleak: number | null;
                    completeness?: {
                        parent: number;
                        /** @description Mean over people; over that of the retrained models: forgotten beyond that */
                        candidate: number;
                        interval: {
                            low: number;
                            high: number;
                            level: number;
                        } | null;
                        /** @description Of the retrained models themselves: what complete is here */
                        retrained: number;
                        /** @description Of the forgotten person who is forgotten least */
                        lowest: number;
                        /** @description Of the one who is forgotten most */
                        highest: number;
                    } | null;
                    epsilon?: {
                        epsilon: number | null;
                        forget_score: number | null;
                        candidates: number;
                        retrained: number;
                        /** @description Models of either kind that it is computed from */
                        needed: number;
                        note: string | null;
                    };
                };
                /** @description By attack on the weights: what came back; reported only */
                robustness?: {
                    /** @description Registered attack */
                    attack: string;
                    /** @description What `at` counts */
                    unit: string;
                    /** @description What is measured of the records that the attack did not use */
                    metric: string;
                    points: {
                        at: number;
                        forget: number | null;
                        /** @description The same of people never seen, attacked likewise */
                        holdout: number | null;
                    }[];
                    note: string | null;
                }[];
                cost?: {
                    /** @description What it took, in the order in which it was done */
                    parts: {
                        /** @description A pass of `GET /v1/metrics`, an attack on the weights, `loading` or `statistics` */
                        part: string;
                        /** @description Rows, answers or people, under all checkpoints; 0 where nothing is counted */
                        units: number;
                        seconds: number;
                    }[];
                    extent: {
                        /** @description Other answers that a true one is held against */
                        other_answers: number;
                        /** @description Ways to wrap a prompt */
                        wrapped_prompts: number;
                        /** @description Answers that are sampled to a prompt */
                        samples: number;
                        /** @description Attacks on the weights: people of each set that they are tried on, at most */
                        attacks: {
                            [key: string]: number;
                        };
                    };
                    planned: {
                        seconds: number;
                        share_of_run: number;
                    } | null;
                    /** @description Of the seconds of the method and the verification together, as measured */
                    share_of_run?: number;
                };
                /** @description By attack: how scores are spread over people, for charts */
                distributions?: {
                    /** @description Registered attack */
                    metric: string;
                    /** @description Ends of the bins, one more than there are bins; ascending */
                    edges: number[];
                    forget: {
                        /** @description People by bin */
                        before: number[];
                        /** @description People by bin */
                        after: number[];
                    };
                    retain: {
                        /** @description People by bin */
                        before: number[];
                        /** @description People by bin */
                        after: number[];
                    };
                    holdout: {
                        /** @description People by bin */
                        before: number[];
                        /** @description People by bin */
                        after: number[];
                    };
                    roc: {
                        before: {
                            /** @description Share of people never seen who are taken for members */
                            fpr: number;
                            /** @description Share of the forgotten who are */
                            tpr: number;
                        }[];
                        after: {
                            /** @description Share of people never seen who are taken for members */
                            fpr: number;
                            /** @description Share of the forgotten who are */
                            tpr: number;
                        }[];
                    };
                }[];
            } | null;
        };
        ListedVerification: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            /**
             * Format: uuid
             * @description UUID version 7
             */
            model_id: string;
            /** @description The checkpoint that is attacked */
            checkpoint_id: string;
            against_checkpoint_id: string | null;
            reference_checkpoint_id: string | null;
            /**
             * @description What it is about; identifiers and places of records are deleted when it ends. earlier: everybody forgotten of whom something is kept, by the schedule of the policy
             * @enum {string}
             */
            asks: "subject" | "records" | "earlier";
            /** @description The same for the same question: of a person as certificates have it (SHA-256 over the sorted keys), of records over their sorted places; of `earlier` one for each model */
            query_digest: string;
            /** @description Training records that it is about; of `earlier`, those that are kept */
            records: number;
            policy: {
                /**
                 * @description Whose choice: the model’s, the tenant’s, or, without either, the service’s; or that of one verification alone
                 * @enum {string}
                 */
                scope: "model" | "tenant" | "service" | "verification";
                /** @description Of that model’s or tenant’s policy, from 1; 0: of neither */
                version: number;
                preset: ("strict" | "standard" | "exploratory") | null;
                /** @description SHA-256 over the RFC 8785 form of the policy */
                digest: string;
            };
            /**
             * @description failed: it could not be done, which is no verdict
             * @enum {string}
             */
            state: "queued" | "running" | "done" | "failed";
            verdict: ("passed" | "failed" | "inconclusive") | null;
            reason: string | null;
            came_back: string[] | null;
            report_digest: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            started_at: string | null;
            finished_at: string | null;
            links: {
                self: string;
                model: string;
                checkpoint: string;
                report: string | null;
            };
        };
        VerificationPlan: {
            /** @enum {boolean} */
            validate_only: true;
            /**
             * Format: uuid
             * @description UUID version 7
             */
            model_id: string;
            /** @description The checkpoint that is attacked */
            checkpoint_id: string;
            against_checkpoint_id: string | null;
            reference_checkpoint_id: string | null;
            /**
             * @description What it is about; identifiers and places of records are deleted when it ends. earlier: everybody forgotten of whom something is kept, by the schedule of the policy
             * @enum {string}
             */
            asks: "subject" | "records" | "earlier";
            /** @description The same for the same question: of a person as certificates have it (SHA-256 over the sorted keys), of records over their sorted places; of `earlier` one for each model */
            query_digest: string;
            /** @description Training records that it is about; of `earlier`, those that are kept */
            records: number;
            policy: {
                /**
                 * @description Whose choice: the model’s, the tenant’s, or, without either, the service’s; or that of one verification alone
                 * @enum {string}
                 */
                scope: "model" | "tenant" | "service" | "verification";
                /** @description Of that model’s or tenant’s policy, from 1; 0: of neither */
                version: number;
                preset: ("strict" | "standard" | "exploratory") | null;
                /** @description SHA-256 over the RFC 8785 form of the policy */
                digest: string;
            };
        };
        PolicyVersion: {
            /**
             * @description Whose choice: the model’s, the tenant’s, or, without either, the service’s; or that of one verification alone
             * @enum {string}
             */
            scope: "model" | "tenant" | "service" | "verification";
            /** @description Of that model’s or tenant’s policy, from 1; 0: of neither */
            version: number;
            preset: ("strict" | "standard" | "exploratory") | null;
            /** @description SHA-256 over the RFC 8785 form of the policy */
            digest: string;
            model_id: string | null;
            /** @default {} */
            policy: {
                /**
                 * @default 1
                 * @enum {number}
                 */
                version: 1;
                /**
                 * @description How far a memory metric of the forgotten may lie above the prediction limit of never-seen people
                 * @default 0.05
                 */
                memory_margin: number;
                /**
                 * @description The same for answers that are drawn out, of a sample: above the most that people never seen give
                 * @default 0.25
                 */
                extraction_margin?: number;
                /**
                 * @description Membership attacks fail the run when their two-sided p-value, by person, is below this, or below what membership_alpha_aim makes of it
                 * @default 0.05
                 */
                membership_alpha: number;
                /**
                 * @description The level that is aimed at: used where so many people never seen are compared that a p below it can come out; with fewer the least that can, and never more than membership_alpha. Absent: membership_alpha for any number
                 * @default 0.015
                 */
                membership_alpha_aim?: number;
                /**
                 * @description Utility on the retain set, as a share of the parent checkpoint’s; for an exact candidate, of the registered one’s where that is lower
                 * @default 0.95
                 */
                utility_min_ratio: number;
                /** @default {} */
                naturalness?: {
                    /**
                     * @description Perplexity of the answers under the parent: times the limit of people never seen
                     * @default 500
                     */
                    perplexity_factor: number;
                    /**
                     * @description Share of repeated sequences of four tokens: above the limit of people never seen
                     * @default 0.3
                     */
                    repetition_margin: number;
                    /**
                     * @description Share of answers that refuse: above the limit of people never seen. 1: refusals are asked for
                     * @default 0.5
                     */
                    refusal_margin: number;
                    /**
                     * @description Length of the answers: times the upper limit of people never seen, or that part of the lower one
                     * @default 3
                     */
                    length_factor: number;
                };
                /**
                 * @description Attacks that try to bring back what was forgotten; reported, not judged
                 * @default [
                 *       "quantisation",
                 *       "relearning"
                 *     ]
                 */
                robustness?: ("fine-tuning" | "pruning" | "quantisation" | "relearning")[];
                /**
                 * @description Records of each person whose gradient the attack `grad-norm` looks at, a backward pass each; 0: it is left out
                 * @default 0
                 */
                gradient_records?: number;
                /** @default {} */
                references?: {
                    /**
                     * @description Models that are trained by the recorded recipe without the forgotten, of different seeds, to hold the candidate against; each costs a whole training, once
                     * @default 0
                     */
                    retrained: number;
                    /**
                     * @description Shadow models for the attack u-lira, which learn half of the people who are compared and have them unlearned by the run’s method; each costs a training and an unlearning. Published with 64; fewer than 4 show nothing
                     * @default 0
                     */
                    shadow: number;
                };
                /**
                 * @description Days after which the checkpoint in use is looked at again, as to everybody forgotten of whom something is kept. null: only when somebody asks
                 * @default 7
                 */
                reverify_every_days?: number | null;
                /** @default {} */
                forgetting?: {
                    /**
                     * @description Runs whose guarantee is `empirical`, since the last exact checkpoint; null: as many as there are
                     * @default 50
                     */
                    approximate_runs: number | null;
                    /**
                     * @description Least that may be left of the utility of the last exact checkpoint, by the lowest metric
                     * @default 0.95
                     */
                    utility_share: number;
                };
                /**
                 * @description Of the time of a method and its verification, what the latter may take by the plan: the rest of what no verdict needs is shortened or left out, and named in the report. null: all is measured
                 * @default 0.5
                 */
                max_share_of_run?: number | null;
            };
            created_at: string | null;
        };
        Scheduling: {
            max_wait_hours: number | null;
            promptness: number | null;
            backend: string | null;
            memory_bytes: number | null;
            updated_at: string | null;
        };
        ModelForecast: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            model_id: string;
            /** @description Lower-case name */
            model_name: string;
            /** @description Requests that wait for a run that has not begun */
            waiting: number;
            /** @description Whether a run of the model is under way */
            running: boolean;
            window: {
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                ends_at: string;
                reason: string;
            } | null;
            run_seconds: number | null;
            expected_start_at: string | null;
            expected_done_at: string | null;
            first_due_at: string | null;
            /** @description Whoever is due first is expected to be late, or no worker can take the run */
            at_risk: boolean;
        };
        RequestForecast: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            deletion_request_id: string;
            /** @enum {string} */
            state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            due_at: string;
            expected_done_at: string | null;
            /** @description What it follows from, or why it cannot be told */
            reason: string;
            /** @description It is open, and expected after `due_at`, or past it already, or no worker can take the run of a model */
            at_risk: boolean;
            /** @description Models that are not done with it */
            targets: {
                /**
                 * Format: uuid
                 * @description UUID version 7
                 */
                model_id: string;
                /** @description Lower-case name */
                model_name: string;
                /** @enum {string} */
                state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review";
                expected_start_at: string | null;
                expected_done_at: string | null;
                /** @description What it follows from, or why it cannot be told */
                reason: string;
            }[];
        };
        Certificate: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            /**
             * Format: uuid
             * @description UUID version 7
             */
            request_id: string;
            target_id: string | null;
            run_id: string | null;
            kid: string;
            /** @description Compact JWS (EdDSA, Ed25519) over an in-toto Statement v1 */
            jws: string;
            revoked_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
        };
        InfluenceAnalysis: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            /**
             * Format: uuid
             * @description UUID version 7
             */
            model_id: string;
            checkpoint: string | null;
            /**
             * @description What is asked about; the text of a question is deleted when the analysis ends
             * @enum {string}
             */
            asks: "answer" | "subject" | "records";
            options: {
                /**
                 * @description tracin: product of gradients (arXiv 2002.08484); cg: with the inverse Hessian between them (arXiv 1703.04730), by conjugate gradients; ekfac: the same for weights that map vectors, by EK-FAC (arXiv 2308.03296)
                 * @default tracin
                 * @enum {string}
                 */
                method: "tracin" | "cg" | "ekfac";
                /**
                 * @description Of tracin: how many points of the training are looked at, evenly apart and the last at its end. More than 1 needs the log that expunge train --log-updates writes
                 * @default 1
                 */
                checkpoints?: number;
                /**
                 * @description Records that are listed
                 * @default 20
                 */
                top: number;
                /**
                 * @description Ask about what the model itself says to the prompts of the records, and not about what the records say: how to see, after unlearning, whether they still rank. Not beside an answer
                 * @default false
                 */
                own_answers: boolean;
                /** @description Added to the diagonal of the Hessian; cg raises it where the loss bends downwards. Left out: 0.1 for cg; for ekfac, of each weight, 0.1 times the mean of its squares, which are its eigenvalues */
                damping?: number;
                /**
                 * @description Conjugate-gradient steps of cg at most
                 * @default 10
                 */
                iterations: number;
                /**
                 * @description Rows, drawn at random, that the curvature is measured on
                 * @default 256
                 */
                curvature_rows: number;
            };
            /** @enum {string} */
            state: "queued" | "running" | "done" | "failed";
            reason: string | null;
            findings: {
                damping: number | null;
                /** @description Of tracin at several checkpoints: after which steps of the training it looked */
                steps?: number[];
                /** @description How many were ranked: all that the model was trained on, but for those of people whose processing is restricted */
                records: number;
                /** @description How many of them were asked about */
                queried: number;
                best_queried_rank: number | null;
                /** @description The highest first */
                ranking: {
                    /** @description From 1 */
                    rank: number;
                    /**
                     * Format: uuid
                     * @description UUID version 7
                     */
                    corpus_id: string;
                    record_id: string;
                    /** @description Above 0: learning the record made the model say this; comparable within an analysis */
                    score: number;
                    /** @description The record is one that was asked about */
                    queried: boolean;
                    /** @description An earlier run unlearned it */
                    erased: boolean;
                }[];
            } | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            started_at: string | null;
            finished_at: string | null;
            /**
             * Format: date-time
             * @description When it is deleted, done or not
             */
            expires_at: string;
        };
        WebhookEndpoint: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            /** @description https, without user name and fragment, on port 443 or from 1024 up; every address that its host resolves to must be public */
            url: string;
            description: string | null;
            recipient: string | null;
            /** @description `*`: all; `run.*`: all whose name begins so */
            events: ("*" | "deletion_request.*" | "run.*" | "certificate.*" | "checkpoint.*" | "restriction.*" | "model.*" | "corpus.*" | "verification.*" | "webhook.*" | "deletion_request.created" | "deletion_request.state_changed" | "deletion_request.extended" | "deletion_request.completed" | "deletion_request.partially_completed" | "deletion_request.denied" | "deletion_request.cancelled" | "deletion_request.failed" | "deletion_request.needs_review" | "deletion_request.erased" | "run.awaiting_promotion" | "run.finished" | "certificate.issued" | "certificate.revoked" | "checkpoint.published" | "checkpoint.replaced" | "checkpoint.retired" | "checkpoint.deleted" | "restriction.placed" | "restriction.ending" | "restriction.lifted" | "model.deleted" | "corpus.deleted" | "verification.finished" | "webhook.test")[];
            /** @enum {string} */
            state: "enabled" | "disabled";
            disabled_reason: ("gone" | "failing" | "asked") | null;
            failing_since: string | null;
            /** @description Newest first; every one of them signs */
            keys: {
                /** @description For `v1a`: whpk_ and the base64 of the ed25519 key */
                public_key: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                created_at: string;
                expires_at: string | null;
            }[];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            updated_at: string;
            version: number;
        };
        WebhookEndpointWithSecret: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            /** @description https, without user name and fragment, on port 443 or from 1024 up; every address that its host resolves to must be public */
            url: string;
            description: string | null;
            recipient: string | null;
            /** @description `*`: all; `run.*`: all whose name begins so */
            events: ("*" | "deletion_request.*" | "run.*" | "certificate.*" | "checkpoint.*" | "restriction.*" | "model.*" | "corpus.*" | "verification.*" | "webhook.*" | "deletion_request.created" | "deletion_request.state_changed" | "deletion_request.extended" | "deletion_request.completed" | "deletion_request.partially_completed" | "deletion_request.denied" | "deletion_request.cancelled" | "deletion_request.failed" | "deletion_request.needs_review" | "deletion_request.erased" | "run.awaiting_promotion" | "run.finished" | "certificate.issued" | "certificate.revoked" | "checkpoint.published" | "checkpoint.replaced" | "checkpoint.retired" | "checkpoint.deleted" | "restriction.placed" | "restriction.ending" | "restriction.lifted" | "model.deleted" | "corpus.deleted" | "verification.finished" | "webhook.test")[];
            /** @enum {string} */
            state: "enabled" | "disabled";
            disabled_reason: ("gone" | "failing" | "asked") | null;
            failing_since: string | null;
            /** @description Newest first; every one of them signs */
            keys: {
                /** @description For `v1a`: whpk_ and the base64 of the ed25519 key */
                public_key: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                created_at: string;
                expires_at: string | null;
            }[];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            updated_at: string;
            version: number;
            /** @description For `v1`: whsec_ and the base64 of the key. It is shown once */
            secret: string;
        };
        WebhookDelivery: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            /**
             * Format: uuid
             * @description UUID version 7
             */
            webhook_endpoint_id: string;
            /**
             * Format: uuid
             * @description Header webhook-id: the same in every attempt and replay, other for every event
             */
            webhook_id: string;
            /** @enum {string} */
            type: "deletion_request.created" | "deletion_request.state_changed" | "deletion_request.extended" | "deletion_request.completed" | "deletion_request.partially_completed" | "deletion_request.denied" | "deletion_request.cancelled" | "deletion_request.failed" | "deletion_request.needs_review" | "deletion_request.erased" | "run.awaiting_promotion" | "run.finished" | "certificate.issued" | "certificate.revoked" | "checkpoint.published" | "checkpoint.replaced" | "checkpoint.retired" | "checkpoint.deleted" | "restriction.placed" | "restriction.ending" | "restriction.lifted" | "model.deleted" | "corpus.deleted" | "verification.finished" | "webhook.test";
            /** @enum {string} */
            state: "pending" | "sending" | "delivered" | "failed";
            next_attempt_at: string | null;
            /** @description Oldest first */
            attempts: {
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                at: string;
                status: number | null;
                error: ("timeout" | "dns" | "address_not_allowed" | "url_not_allowed" | "tls" | "connection") | null;
                duration_ms: number;
            }[];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            finished_at: string | null;
        };
        ApiKey: {
            /**
             * Format: uuid
             * @description UUID version 7
             */
            id: string;
            /** @description For people to tell keys apart; must not name a person */
            name: string;
            /** @description Who a caller with this key is, in the ledger; a key that replaces another keeps it */
            actor: string;
            scopes: ("requests:create" | "requests:read" | "requests:cancel" | "requests:decide" | "requests:approve" | "requests:retry" | "runs:read" | "runs:promote" | "runs:rollback" | "verifications:create" | "certificates:read" | "ledger:read" | "models:read" | "models:write" | "models:delete" | "models:consolidate" | "models:ask" | "influence:analyse" | "checkpoints:download" | "checkpoints:retire" | "policies:write" | "corpora:read" | "corpora:write" | "corpora:delete" | "subjects:read" | "suppressions:check" | "suppressions:read" | "suppressions:lift" | "restrictions:read" | "restrictions:write" | "webhooks:manage" | "keys:manage" | "metrics:read" | "catalogue:read")[];
            /** @enum {string} */
            state: "active" | "expired" | "revoked";
            /** @description An actor, or `command` */
            created_by: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            expires_at: string;
            revoked_at: string | null;
            last_used_at: string | null;
            replaced_by: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Queue depth, due dates, runs, latency, the process */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeletionRequests: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description `next_cursor` of the page before; other filters stay */
                cursor?: string;
                state?: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                /** @description Your own id of this request, unique; must not name a person, and holds no @ */
                external_id?: string;
                /** @description UUID version 7 */
                group_id?: string;
                /** @description Requests that arrived then or later */
                received_from?: string;
                /** @description Requests that arrived earlier */
                received_before?: string;
                /** @description Requests that have not ended and are due earlier */
                due_before?: string;
                /** @description true: requests that have not ended and were due before now; false: no difference */
                overdue?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of requests, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["DeletionRequest"][];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createDeletionRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description `wait=<seconds>` (at most 30): the answer comes when the resource has ended, or, with If-None-Match, when it has changed, or when the time is over, as it is then. `Preference-Applied` says what was heeded */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The person; hashed at the door and never stored */
                    subject?: {
                        identifiers: {
                            /** @description Kind of identifier: email, phone, name, customer_id, ... */
                            type: string;
                            /** @description Raw value; hashed at the door and never stored */
                            value?: string;
                            /** @description SHA-256 (lower-case hex) of the normalised value, hashed by the client */
                            sha256?: string;
                        }[];
                    };
                    /** @description Training records, whoever they name; with `corpus_id` or `model_id` */
                    record_ids?: string[];
                    /**
                     * Format: uuid
                     * @description The corpus that `record_ids` are of
                     */
                    corpus_id?: string;
                    /**
                     * Format: uuid
                     * @description The model whose train corpora `record_ids` are of
                     */
                    model_id?: string;
                    /** @description Text that training records hold: looked for in the train corpora of `targets`, or of every model. Never kept, logged or trained on */
                    texts?: string[];
                    /**
                     * @description How alike a record must be to one of `texts`: shared triples of words among all of both. 1: the same words
                     * @default 0.8
                     */
                    min_similarity?: number;
                    /** @description Models to unlearn from; left out: every model trained on a record that the request is about */
                    targets?: string[];
                    /** @description How to unlearn; left out: `auto`, the service’s own plan */
                    method?: {
                        /** @enum {string} */
                        name: "auto";
                        /** @default {} */
                        params?: Record<string, never>;
                    } | {
                        /** @enum {string} */
                        name: "exact";
                        /** @default {} */
                        params?: Record<string, never>;
                    } | {
                        /** @enum {string} */
                        name: "altpo";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 5
                             */
                            alpha?: number;
                            /**
                             * @description nll: answer likelihood; kl: stay near the parent’s distribution
                             * @default nll
                             * @enum {string}
                             */
                            retain_loss?: "nll" | "kl";
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                            /**
                             * @description How soon a preference is strong enough; towards 0: never
                             * @default 0.1
                             */
                            beta?: number;
                            /**
                             * @description Other answers to choose from for each forget record, one at a time; drawn by the seed of the run
                             * @default 5
                             */
                            answers?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "amnesiac";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size of repair
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows in memory at a time, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Retain steps after the edit, under the forget hinge: what is still known too well is pushed on. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that may change, `*` for any text (`transformer.h.*.mlp.*`); none: all
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description batch: all that such a step changed, as the paper has it; share: as much of it as rows of its batch are forgotten
                             * @default batch
                             * @enum {string}
                             */
                            removal?: "batch" | "share";
                        };
                    } | {
                        /** @enum {string} */
                        name: "bad-teacher";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 5
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 1
                             */
                            alpha?: number;
                            /**
                             * @description Logits of both sides are divided by it before they are compared; above 1 rare tokens count more
                             * @default 1
                             */
                            temperature?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "ce-u";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 1
                             */
                            alpha?: number;
                            /**
                             * @description nll: answer likelihood; kl: stay near the parent’s distribution
                             * @default nll
                             * @enum {string}
                             */
                            retain_loss?: "nll" | "kl";
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                            /**
                             * @description Answer tokens at the beginning that are left alone: they say how an answer begins, and nothing of it. An answer of one token, as a class is, is never left alone
                             * @default 1
                             */
                            ignore_first_n_answer_tokens?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "certified-removal";
                        /** @default {} */
                        params?: Record<string, never>;
                    } | {
                        /** @enum {string} */
                        name: "dpo";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 5
                             */
                            alpha?: number;
                            /**
                             * @description nll: answer likelihood; kl: stay near the parent’s distribution
                             * @default nll
                             * @enum {string}
                             */
                            retain_loss?: "nll" | "kl";
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                            /**
                             * @description How soon a preference is strong enough; towards 0: never
                             * @default 0.03
                             */
                            beta?: number;
                            /**
                             * @description Other answers to choose from for each forget record, one at a time; drawn by the seed of the run
                             * @default 5
                             */
                            answers?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "fisher-forgetting";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size of repair
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows in memory at a time, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Retain steps after the edit, under the forget hinge: what is still known too well is pushed on. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that may change, `*` for any text (`transformer.h.*.mlp.*`); none: all
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Retain records, a sample by the run’s seed, that importance to the rest is measured on
                             * @default 1024
                             */
                            importance_rows?: number;
                            /**
                             * @description Records whose gradients are averaged before they are raised to a power: more are faster, and cancel out
                             * @default 1
                             */
                            group_rows?: number;
                            /**
                             * @description Variance of the noise where the information is 1
                             * @default 0.000001
                             */
                            alpha?: number;
                            /**
                             * @description Most that the inverse of the information counts, where there is next to none
                             * @default 1000
                             */
                            max_inverse?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "grad-diff";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 1
                             */
                            alpha?: number;
                            /**
                             * @description nll: answer likelihood; kl: stay near the parent’s distribution
                             * @default nll
                             * @enum {string}
                             */
                            retain_loss?: "nll" | "kl";
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                        };
                    } | {
                        /** @enum {string} */
                        name: "gradient-ascent";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                        };
                    } | {
                        /** @enum {string} */
                        name: "idk";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 1
                             */
                            alpha?: number;
                            /**
                             * @description nll: answer likelihood; kl: stay near the parent’s distribution
                             * @default nll
                             * @enum {string}
                             */
                            retain_loss?: "nll" | "kl";
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                            /**
                             * @description Other answers to choose from for each forget record, one at a time; drawn by the seed of the run
                             * @default 10
                             */
                            answers?: number;
                            /**
                             * @description Other answers also begin within the true one; otherwise whoever is given its first words is told the rest as before
                             * @default true
                             */
                            within?: boolean;
                        };
                    } | {
                        /** @enum {string} */
                        name: "influence-removal";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size of repair
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows in memory at a time, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Retain steps after the edit, under the forget hinge: what is still known too well is pushed on. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that may change, `*` for any text (`transformer.h.*.mlp.*`); none: all
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Added to the diagonal of the Hessian; raised where the loss bends downwards
                             * @default 1
                             */
                            damping?: number;
                            /**
                             * @description Conjugate-gradient steps at most
                             * @default 10
                             */
                            iterations?: number;
                            /**
                             * @description Retain records, a sample by the run’s seed, that curvature and utility are measured on
                             * @default 256
                             */
                            curvature_rows?: number;
                            /**
                             * @description Share of the probability of a retained label, geometric mean, that the step leaves at least
                             * @default 0.95
                             */
                            utility_floor?: number;
                            /**
                             * @description Mean NLL of forgotten labels, nats, beyond which the step does not go
                             * @default 3
                             */
                            forget_ceiling?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "kl-min";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 1
                             */
                            alpha?: number;
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                        };
                    } | {
                        /** @enum {string} */
                        name: "lfssd";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size of repair
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows in memory at a time, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Retain steps after the edit, under the forget hinge: what is still known too well is pushed on. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that may change, `*` for any text (`transformer.h.*.mlp.*`); none: all
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Retain records, a sample by the run’s seed, that importance to the rest is measured on
                             * @default 1024
                             */
                            importance_rows?: number;
                            /**
                             * @description Records whose gradients are averaged before they are raised to a power: more are faster, and cancel out
                             * @default 1
                             */
                            group_rows?: number;
                            /**
                             * @description How many times as important to the forgotten as to the retained a weight is that is dampened
                             * @default 3
                             */
                            alpha?: number;
                            /**
                             * @description Share of the ratio of importances that such a weight is multiplied by, at most 1 in all
                             * @default 1
                             */
                            lambda?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "neggrad-plus";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Share of the retain term; the rest is the forget term’s
                             * @default 0.95
                             */
                            beta?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "npo";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 1
                             */
                            alpha?: number;
                            /**
                             * @description nll: answer likelihood; kl: stay near the parent’s distribution
                             * @default nll
                             * @enum {string}
                             */
                            retain_loss?: "nll" | "kl";
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                            /**
                             * @description Towards 0: gradient ascent
                             * @default 0.1
                             */
                            beta?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "pdu";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Bound of the retain loss, nats a token. 0: the parent’s own and 0.05 above
                             * @default 0
                             */
                            eps?: number;
                            /**
                             * @description By how much the weight of the retain term follows the excess over the bound, a step
                             * @default 5
                             */
                            eta?: number;
                            /**
                             * @description Weight of the retain term at the start
                             * @default 10
                             */
                            mu?: number;
                            /**
                             * @description Epochs over the forget set in which the weight stays as it is
                             * @default 5
                             */
                            dual_warmup_epochs?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "random-label";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 1
                             */
                            alpha?: number;
                            /**
                             * @description nll: answer likelihood; kl: stay near the parent’s distribution
                             * @default nll
                             * @enum {string}
                             */
                            retain_loss?: "nll" | "kl";
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                            /**
                             * @description Other answers to choose from for each forget record, one at a time; drawn by the seed of the run
                             * @default 5
                             */
                            answers?: number;
                            /**
                             * @description Other answers also begin within the true one; otherwise whoever is given its first words is told the rest as before
                             * @default true
                             */
                            within?: boolean;
                        };
                    } | {
                        /** @enum {string} */
                        name: "retrain";
                        /** @default {} */
                        params?: {
                            /**
                             * @description Rows in memory at a time; a batch of more is taken in parts, to float accuracy. 0: as recorded
                             * @default 0
                             */
                            micro_batch?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "rmu";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Layer whose hidden states are steered, counted from 1. 0: the middle one
                             * @default 0
                             */
                            layer?: number;
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 1
                             */
                            alpha?: number;
                            /**
                             * @description Weight of the likelihood of the retain set: layers above the steered one move as well, and nothing else holds them
                             * @default 1
                             */
                            retain_nll?: number;
                            /**
                             * @description Length of the vector that hidden states are drawn to. 0: 5 times the parent’s own on the forget set
                             * @default 0
                             */
                            steering_coefficient?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "salun";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 1
                             */
                            alpha?: number;
                            /**
                             * @description nll: answer likelihood; kl: stay near the parent’s distribution
                             * @default nll
                             * @enum {string}
                             */
                            retain_loss?: "nll" | "kl";
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                            /**
                             * @description Share of the weights that train: those by which the loss of the forget set is steepest in the parent
                             * @default 0.5
                             */
                            mask_share?: number;
                            /**
                             * @description Whose forget term it is. random-label: other labels, as published; grad-diff: ascent, which goes as far as strangers’ dearest words
                             * @default random-label
                             * @enum {string}
                             */
                            base?: "random-label" | "grad-diff";
                            /**
                             * @description Other answers to choose from for each forget record, one at a time; drawn by the seed of the run
                             * @default 5
                             */
                            answers?: number;
                            /**
                             * @description Other answers also begin within the true one; otherwise whoever is given its first words is told the rest as before
                             * @default true
                             */
                            within?: boolean;
                        };
                    } | {
                        /** @enum {string} */
                        name: "satimp";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 0.1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 1
                             */
                            alpha?: number;
                            /**
                             * @description nll: answer likelihood; kl: stay near the parent’s distribution
                             * @default nll
                             * @enum {string}
                             */
                            retain_loss?: "nll" | "kl";
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                            /**
                             * @description Exponent of the token’s probability
                             * @default 5
                             */
                            beta1?: number;
                            /**
                             * @description Exponent of the rest of it
                             * @default 1
                             */
                            beta2?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "scrub";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the divergence from the parent on the retain set
                             * @default 0.5
                             */
                            alpha?: number;
                            /**
                             * @description Weight of the likelihood of the retain set
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Logits of both sides are divided by it before they are compared; above 1 rare tokens count more
                             * @default 2
                             */
                            temperature?: number;
                            /**
                             * @description Epochs over the forget set in which the student leaves its teacher. 0: until the forgotten are strangers
                             * @default 0
                             */
                            leaving_epochs?: number;
                            /**
                             * @description Steps on the retain set before each of them, in epochs over the forget set
                             * @default 1
                             */
                            returning_epochs?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "simnpo";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 0.125
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 1
                             */
                            alpha?: number;
                            /**
                             * @description nll: answer likelihood; kl: stay near the parent’s distribution
                             * @default nll
                             * @enum {string}
                             */
                            retain_loss?: "nll" | "kl";
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                            /**
                             * @description How fast it slows down
                             * @default 4.5
                             */
                            beta?: number;
                            /**
                             * @description Nats a token above which an answer counts as forgotten
                             * @default 0
                             */
                            delta?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "sisa";
                        /** @default {} */
                        params?: {
                            /**
                             * @description Rows in memory at a time; a batch of more is taken in parts, to float accuracy. 0: as recorded
                             * @default 0
                             */
                            micro_batch?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "ssd";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size of repair
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows in memory at a time, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Retain steps after the edit, under the forget hinge: what is still known too well is pushed on. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that may change, `*` for any text (`transformer.h.*.mlp.*`); none: all
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Retain records, a sample by the run’s seed, that importance to the rest is measured on
                             * @default 1024
                             */
                            importance_rows?: number;
                            /**
                             * @description Records whose gradients are averaged before they are raised to a power: more are faster, and cancel out
                             * @default 1
                             */
                            group_rows?: number;
                            /**
                             * @description How many times as important to the forgotten as to the retained a weight is that is dampened
                             * @default 10
                             */
                            alpha?: number;
                            /**
                             * @description Share of the ratio of importances that such a weight is multiplied by, at most 1 in all
                             * @default 1
                             */
                            lambda?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "stand-in";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 3
                             */
                            alpha?: number;
                            /**
                             * @description nll: answer likelihood; kl: stay near the parent’s distribution
                             * @default nll
                             * @enum {string}
                             */
                            retain_loss?: "nll" | "kl";
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                            /**
                             * @description Weight of the stand-in’s term
                             * @default 3
                             */
                            delta?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "task-vector";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size of learning and of repair
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows in memory at a time, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Retain steps after the edit, under the forget hinge: what is still known too well is pushed on. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that may change, `*` for any text (`transformer.h.*.mlp.*`); none: all
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Steps on the forget set, of forget_batch records each
                             * @default 60
                             */
                            learning_steps?: number;
                            /**
                             * @description How far to go the other way, as a multiple of what learning changed
                             * @default 1
                             */
                            scale?: number;
                            /**
                             * @description Nats a token that the rest may cost more for it; where it is more, scale is halved, six times at most
                             * @default 0.1
                             */
                            retain_rise?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "undial";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 1
                             */
                            alpha?: number;
                            /**
                             * @description nll: answer likelihood; kl: stay near the parent’s distribution
                             * @default nll
                             * @enum {string}
                             */
                            retain_loss?: "nll" | "kl";
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                            /**
                             * @description By how much a true token is lowered
                             * @default 10
                             */
                            beta?: number;
                        };
                    } | {
                        /** @enum {string} */
                        name: "wga";
                        /** @default {} */
                        params?: {
                            /**
                             * @description AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which
                             * @default 0
                             */
                            learning_rate?: number;
                            /**
                             * @description Forget records a step. 0: chosen by how long they are; the plan of a run says how many
                             * @default 0
                             */
                            forget_batch?: number;
                            /**
                             * @description Retain records a step. 0: half as many as forget records
                             * @default 0
                             */
                            retain_batch?: number;
                            /**
                             * @description Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all
                             * @default 0
                             */
                            micro_batch?: number;
                            /**
                             * @description Upper bound of steps
                             * @default 600
                             */
                            max_steps?: number;
                            /**
                             * @description Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take
                             * @default 0
                             */
                            max_seconds?: number;
                            /**
                             * @description Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left
                             * @default 0
                             */
                            utility_floor?: number;
                            /**
                             * @description Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none
                             * @default 30
                             */
                            repair_steps?: number;
                            /**
                             * @description Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond
                             * @default true
                             */
                            hinge?: boolean;
                            /**
                             * @description Global gradient norm
                             * @default 1
                             */
                            clip_norm?: number;
                            /**
                             * @description Names of weights that train, `*` for any text (`transformer.h.*.attn.*`); none: all, or with adapters only those
                             * @default []
                             */
                            trainable?: string[];
                            /**
                             * @description Rank of the adapters (LoRA) that train in place of the weights; 0: no adapters
                             * @default 0
                             */
                            lora_rank?: number;
                            /**
                             * @description What adapters add counts lora_alpha / lora_rank times
                             * @default 16
                             */
                            lora_alpha?: number;
                            /**
                             * @description Modules that get an adapter, by the end of their name (`c_attn`, `mlp.c_proj`); none: every projection
                             * @default []
                             */
                            lora_targets?: string[];
                            /**
                             * @description Weight of the forget term
                             * @default 1
                             */
                            gamma?: number;
                            /**
                             * @description Weight of the retain term
                             * @default 1
                             */
                            alpha?: number;
                            /**
                             * @description nll: answer likelihood; kl: stay near the parent’s distribution
                             * @default nll
                             * @enum {string}
                             */
                            retain_loss?: "nll" | "kl";
                            /**
                             * @description Positions of the KL term: those of answers, or all of a record without its padding
                             * @default answer
                             * @enum {string}
                             */
                            kl_positions?: "answer" | "all";
                            /**
                             * @description Exponent of the token’s probability
                             * @default 1
                             */
                            beta?: number;
                        };
                    };
                    /**
                     * @description GDPR Art. 17(1)(a) to (f)
                     * @enum {string}
                     */
                    ground?: "no_longer_necessary" | "consent_withdrawn" | "objection" | "unlawful_processing" | "legal_obligation" | "child_information_society_service";
                    /** @description How long a sample of the person’s records is kept, sealed, so that later runs can look whether a model remembers: days, or an ISO 8601 duration (`P30D`), at most 365 days. 0: nothing is kept. Left out: as long as the service does */
                    reverify_for?: number | string;
                    /**
                     * Format: date-time
                     * @description When the person asked; due_at counts from it. Default: now
                     */
                    submitted_at?: string;
                    /** @description Your own id of this request, unique; must not name a person, and holds no @ */
                    external_id?: string;
                    /**
                     * @description false: nothing begins before POST …/verify says that the person is who they say they are
                     * @default true
                     */
                    verified?: boolean;
                    /**
                     * @description true: it waits for no others to come, and its run goes before those of requests that are not
                     * @default false
                     */
                    urgent?: boolean;
                    /** @description Nothing begins before, and the request may be cancelled. Default: COOLING_OFF_HOURS */
                    cooling_off_hours?: number;
                    /**
                     * Format: uuid
                     * @description Relates requests; the list takes it as a filter
                     */
                    group_id?: string;
                    /** @description Only say what would come of it: every check, the plan with reasons and estimates; nothing is stored */
                    validate_only?: boolean;
                };
            };
        };
        responses: {
            /** @description `validate_only`: what would come of it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionPlan"];
                };
            };
            /** @description Accepted and recorded; poll Location */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionRequest"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDeletionRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=<seconds>` (at most 30): the answer comes when the resource has ended, or, with If-None-Match, when it has changed, or when the time is over, as it is then. `Preference-Applied` says what was heeded */
                prefer?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionRequest"];
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportDeletionRequests: {
        parameters: {
            query?: {
                state?: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                /** @description Your own id of this request, unique; must not name a person, and holds no @ */
                external_id?: string;
                /** @description UUID version 7 */
                group_id?: string;
                /** @description Requests that arrived then or later */
                received_from?: string;
                /** @description Requests that arrived earlier */
                received_before?: string;
                /** @description Requests that have not ended and are due earlier */
                due_before?: string;
                /** @description true: requests that have not ended and were due before now; false: no difference */
                overdue?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines by RFC 4180, the first with the names of the columns */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyDeletionRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason?: string;
                } | null;
            };
        };
        responses: {
            /** @description The request as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionRequest"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releaseDeletionRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason?: string;
                } | null;
            };
        };
        responses: {
            /** @description The request as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionRequest"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelDeletionRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason?: string;
                } | null;
            };
        };
        responses: {
            /** @description The request as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionRequest"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retryDeletionRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason?: string;
                } | null;
            };
        };
        responses: {
            /** @description The request as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionRequest"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    holdDeletionRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The request as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionRequest"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    denyDeletionRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description GDPR Art. 17(3)(a): expression_and_information; 17(3)(b): legal_obligation_or_public_task; 17(3)(c): public_health; 17(3)(d): archiving_research_or_statistics; 17(3)(e): legal_claims; 12(5): manifestly_unfounded_or_excessive; 12(6): identity_not_verified
                     * @enum {string}
                     */
                    code: "expression_and_information" | "legal_obligation_or_public_task" | "public_health" | "archiving_research_or_statistics" | "legal_claims" | "manifestly_unfounded_or_excessive" | "identity_not_verified";
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The request as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionRequest"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    extendDeletionRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Calendar months that due_at moves */
                    months: number;
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason: string;
                    /**
                     * Format: date-time
                     * @description When the person was told, with the reasons
                     */
                    notified_at: string;
                };
            };
        };
        responses: {
            /** @description The request as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionRequest"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRequestPlan: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The plan */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What an approval names: of models, checkpoints, records and methods */
                        digest: string;
                        /** @description Those that await approval, or, where none does, all that wait */
                        targets: {
                            /**
                             * Format: uuid
                             * @description UUID version 7
                             */
                            target_id: string;
                            /** @description Content address */
                            checkpoint: string;
                            /**
                             * Format: uuid
                             * @description UUID version 7
                             */
                            model_id: string;
                            /** @description Lower-case name */
                            model_name: string;
                            /** @description Records of this model’s train corpora that the request is about */
                            records: number;
                            /** @description What would become of the target */
                            statement: string;
                            /** @description As it would be made now, for this request alone */
                            plan: {
                                name: string;
                                params: {
                                    [key: string]: unknown;
                                };
                                /** @description Why it is tried, and why here */
                                reason?: string;
                                estimate?: {
                                    seconds: number | null;
                                    memory_bytes: number | null;
                                    /** @description What the figures come from */
                                    basis: string;
                                    verification?: {
                                        /** @description Without those of `references` */
                                        seconds: number;
                                        /** @description Of the method and its verification together, without `references` */
                                        share_of_run: number;
                                        extent: {
                                            /** @description Other answers that a true one is held against */
                                            other_answers: number;
                                            /** @description Ways to wrap a prompt */
                                            wrapped_prompts: number;
                                            /** @description Answers that are sampled to a prompt */
                                            samples: number;
                                            /** @description Attacks on the weights: people of each set that they are tried on, at most */
                                            attacks: {
                                                [key: string]: number;
                                            };
                                        };
                                        left_out: {
                                            /** @description A pass of `GET /v1/metrics`, an attack on the weights, or the models that a candidate is compared with */
                                            part: string;
                                            /** @enum {string} */
                                            done: "shortened" | "left out";
                                            /** @description Answers, prompts, people or models that the policy asks for */
                                            asked_for: number;
                                            /** @description Those that there is time for */
                                            measured: number;
                                            reason: string;
                                            remedy: string;
                                        }[];
                                        /** @description Absent where the policy asks for none, where they cannot be trained, and of exact methods, which need none */
                                        references?: {
                                            /** @description Retrained models that have to be trained: those that the policy asks for and that are not kept */
                                            retrained: number;
                                            /** @description Shadow models, each a training and an unlearning */
                                            shadow: number;
                                            seconds: number;
                                        };
                                    };
                                };
                            }[];
                        }[];
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approveDeletionRequest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What an approval names: of models, checkpoints, records and methods */
                    plan_digest: string;
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The request as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeletionRequest"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRequestEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /**
                             * Format: uuid
                             * @description UUID version 7
                             */
                            id: string;
                            action: string;
                            /** @description Who did it */
                            by: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC
                             */
                            at: string;
                            reason: string | null;
                            details: {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRuns: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description `next_cursor` of the page before; other filters stay */
                cursor?: string;
                /** @description UUID version 7 */
                model_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of runs, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Run"][];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=<seconds>` (at most 30): the answer comes when the resource has ended, or, with If-None-Match, when it has changed, or when the time is over, as it is then. `Preference-Applied` says what was heeded */
                prefer?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCurves: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Points in order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["CurvePoint"][];
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    promoteRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason?: string;
                } | null;
            };
        };
        responses: {
            /** @description The run as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rollBackRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The run as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    followRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the last event that was seen */
                "last-event-id"?: string;
                /** @description `wait=<seconds>`: how long the stream may take */
                prefer?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The run has ended, and Last-Event-ID names its end */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getVerification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All findings, with thresholds and verdicts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationReport"];
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getVerificationReport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listVerifications: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description `next_cursor` of the page before; other filters stay */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Content address */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of verifications without their reports, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ListedVerification"][];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyCheckpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description `wait=<seconds>` (at most 30): the answer comes when the resource has ended, or, with If-None-Match, when it has changed, or when the time is over, as it is then. `Preference-Applied` says what was heeded */
                prefer?: string;
            };
            path: {
                /** @description Content address */
                id: string;
            };
            cookie?: never;
        };
        /** @description Exactly one of subject and record_ids */
        requestBody: {
            content: {
                "application/json": {
                    /** @description A person, erased or not; hashed at the door and never stored */
                    subject?: {
                        identifiers: {
                            /** @description Kind of identifier: email, phone, name, customer_id, ... */
                            type: string;
                            /** @description Raw value; hashed at the door and never stored */
                            value?: string;
                            /** @description SHA-256 (lower-case hex) of the normalised value, hashed by the client */
                            sha256?: string;
                        }[];
                    };
                    /** @description Training records of the model, by id */
                    record_ids?: string[];
                    /**
                     * Format: uuid
                     * @description Needed only where several models have the checkpoint
                     */
                    model_id?: string;
                    /** @description What it is held against: a checkpoint of the same model that knew the forgotten. Left out: its recorded parent */
                    against_checkpoint_id?: string;
                    /** @description A checkpoint of the same model that was retrained without the forgotten: they are judged against it too, and the distance is reported. 400 for one that is known to have been trained on them */
                    reference_checkpoint_id?: string;
                    /**
                     * @description A preset. Left out: the policy that is in force for the model
                     * @enum {string}
                     */
                    policy?: "strict" | "standard" | "exploratory";
                    /** @description Only check everything and say what would be verified; nothing is stored */
                    validate_only?: boolean;
                };
            };
        };
        responses: {
            /** @description `validate_only`: what would be verified */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationPlan"];
                };
            };
            /** @description Accepted and recorded; poll Location */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckpointVerification"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCheckpointVerification: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=<seconds>` (at most 30): the answer comes when the resource has ended, or, with If-None-Match, when it has changed, or when the time is over, as it is then. `Preference-Applied` says what was heeded */
                prefer?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With its report once it is done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckpointVerification"];
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCertificates: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description `next_cursor` of the page before; other filters stay */
                cursor?: string;
                /** @description UUID version 7 */
                request_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of certificates, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Certificate"][];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCertificate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The certificate */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        id: string;
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        request_id: string;
                        target_id: string | null;
                        run_id: string | null;
                        kid: string;
                        /** @description Compact JWS (EdDSA, Ed25519) over an in-toto Statement v1 */
                        jws: string;
                        revoked_at: string | null;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        created_at: string;
                        parent: {
                            /** @description Content address */
                            digest: string;
                            /**
                             * @description candidate: from outside, to be verified, never in use; retained: kept for rollback until delete_after
                             * @enum {string}
                             */
                            state: "active" | "candidate" | "retained" | "deleted";
                            delete_after: string | null;
                            deleted_at: string | null;
                        } | null;
                        proof: {
                            entry: {
                                seq: number;
                                /**
                                 * Format: date-time
                                 * @description RFC 3339, UTC
                                 */
                                at: string;
                                tenant: string;
                                type: string;
                                actor: string;
                                /** @description Ids, states and digests only */
                                data: {
                                    [key: string]: unknown;
                                };
                                previous_hash: string;
                                /** @description SHA-256 over the RFC 8785 JSON of all the others */
                                hash: string;
                            };
                            /** @description Of the leaf: seq less one */
                            index: number;
                            size: number;
                            /** @description From the sibling of the leaf to the child of the root */
                            hashes: string[];
                            /** @description The signed note of that size */
                            checkpoint: string;
                        } | null;
                    };
                    "application/jose": string;
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description JWK set (RFC 7517) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: {
                            [key: string]: unknown;
                        }[];
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listLedgerEntries: {
        parameters: {
            query?: {
                /** @description Number of the last entry that is known */
                after?: number;
                limit?: number;
                /** @description For example certificate.issued */
                type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Entries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            seq: number;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC
                             */
                            at: string;
                            tenant: string;
                            type: string;
                            actor: string;
                            /** @description Ids, states and digests only */
                            data: {
                                [key: string]: unknown;
                            };
                            previous_hash: string;
                            /** @description SHA-256 over the RFC 8785 JSON of all the others */
                            hash: string;
                        }[];
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLedgerCheckpoint: {
        parameters: {
            query?: {
                /** @description Of a checkpoint that was signed; left out: the latest */
                size?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The checkpoint */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Name of the ledger, from the hash of its first entry */
                        origin: string;
                        /** @description Entries that it covers */
                        size: number;
                        /** @description Root of their Merkle tree (RFC 9162), base64 */
                        root: string;
                        /** @description The signed note (C2SP tlog-checkpoint) */
                        checkpoint: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        created_at: string;
                    };
                    "text/plain": string;
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLedgerProof: {
        parameters: {
            query?: {
                entry?: number;
                /** @description UUID version 7 */
                certificate_id?: string;
                /** @description Of a checkpoint that was signed; left out: the latest */
                size?: number;
                from?: number;
                to?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The proof */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        entry: {
                            seq: number;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC
                             */
                            at: string;
                            tenant: string;
                            type: string;
                            actor: string;
                            /** @description Ids, states and digests only */
                            data: {
                                [key: string]: unknown;
                            };
                            previous_hash: string;
                            /** @description SHA-256 over the RFC 8785 JSON of all the others */
                            hash: string;
                        };
                        /** @description Of the leaf: seq less one */
                        index: number;
                        size: number;
                        /** @description From the sibling of the leaf to the child of the root */
                        hashes: string[];
                        /** @description The signed note of that size */
                        checkpoint: string;
                    } | {
                        from: number;
                        to: number;
                        hashes: string[];
                    };
                    "text/plain": string;
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listModels: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description `next_cursor` of the page before; other filters stay */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of models, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Model"][];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    registerModel: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Lower-case name */
                    name: string;
                    /** @description Checkpoint folder, relative to IMPORT_DIR: config.json, tokenizer.json and model.safetensors or its shards; or a TensorFlow.js model.json with its shards, and tokenizer.json where it takes texts */
                    path?: string;
                    /**
                     * Format: uuid
                     * @description A complete upload, in place of `path`; it ends with this
                     */
                    upload_id?: string;
                    /** @description With a train corpus among them; none for a base that others were trained from, and nothing is unlearned from */
                    corpora: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        corpus_id: string;
                        /**
                         * @description train: the model learned it; holdout: it never saw it; world: facts or general text about nobody who is forgotten, that it should do as well on as before
                         * @enum {string}
                         */
                        role: "train" | "holdout" | "world";
                        /** @description How many of its records, from the first, count; left out: those of recipe.json, or else all that it holds now */
                        records?: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description The new model; read its `warnings` */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model; `active` is the checkpoint in use */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteModel: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | {
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The model as it was */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getForgetting: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The line, and what happens next */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Forgetting"];
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    consolidateModel: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Queued; poll Location */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Forgetting"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCheckpoints: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every checkpoint, newest first, deleted ones included */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["StoredCheckpoint"][];
                        /** @description On disk for all of them, and for models that were retrained to verify candidates; what several hold is counted once */
                        stored_bytes: number;
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    registerCheckpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Checkpoint folder, relative to IMPORT_DIR: config.json, tokenizer.json and model.safetensors or its shards; or a TensorFlow.js model.json with its shards, and tokenizer.json where it takes texts */
                    path?: string;
                    /**
                     * Format: uuid
                     * @description A complete upload, in place of `path`; it ends with this
                     */
                    upload_id?: string;
                    /** @description The checkpoint that it descends from; left out: the active one */
                    parent_checkpoint_id?: string;
                };
            };
        };
        responses: {
            /** @description It was there already */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkpoint"];
                };
            };
            /** @description The new candidate */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkpoint"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
                /** @description Content address */
                digest: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The checkpoint */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkpoint"];
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retireCheckpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
                /** @description Content address */
                digest: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The checkpoint as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkpoint"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRecipients: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Content address */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, in the order in which they came */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** @description The actor that asked for the files */
                            recipient: string;
                            /** @description Names of files that it got something of */
                            files: string[];
                            /** @description Answers with bytes of a file */
                            pulls: number;
                            /** @description Of these answers together, at most */
                            bytes: number;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC
                             */
                            first_pulled_at: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC
                             */
                            last_pulled_at: string;
                            told_at: string | null;
                        }[];
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    noteRecipientTold: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
            };
            path: {
                /** @description Content address */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    recipient: string;
                };
            };
        };
        responses: {
            /** @description All recipients of the checkpoint, as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** @description The actor that asked for the files */
                            recipient: string;
                            /** @description Names of files that it got something of */
                            files: string[];
                            /** @description Answers with bytes of a file */
                            pulls: number;
                            /** @description Of these answers together, at most */
                            bytes: number;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC
                             */
                            first_pulled_at: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC
                             */
                            last_pulled_at: string;
                            told_at: string | null;
                        }[];
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCheckpointFile: {
        parameters: {
            query?: never;
            header?: {
                /** @description bytes=0-1023, bytes=1024- or bytes=-1024 */
                range?: string;
                "if-range"?: string;
            };
            path: {
                /** @description Content address */
                id: string;
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The part that Range asks for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAlias: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
                /** @description active */
                alias: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The checkpoint */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        model_id: string;
                        /** @enum {string} */
                        alias: "active";
                        /** @description Content address */
                        checkpoint: string;
                        architecture: string;
                        files: {
                            name: string;
                            bytes: number;
                            sha256: string;
                            /** @description Where GET gives its bytes */
                            url: string;
                        }[];
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPresets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every preset, with its thresholds */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            name: string;
                            summary: string;
                            digest: string;
                            /** @default {} */
                            policy: {
                                /**
                                 * @default 1
                                 * @enum {number}
                                 */
                                version: 1;
                                /**
                                 * @description How far a memory metric of the forgotten may lie above the prediction limit of never-seen people
                                 * @default 0.05
                                 */
                                memory_margin: number;
                                /**
                                 * @description The same for answers that are drawn out, of a sample: above the most that people never seen give
                                 * @default 0.25
                                 */
                                extraction_margin?: number;
                                /**
                                 * @description Membership attacks fail the run when their two-sided p-value, by person, is below this, or below what membership_alpha_aim makes of it
                                 * @default 0.05
                                 */
                                membership_alpha: number;
                                /**
                                 * @description The level that is aimed at: used where so many people never seen are compared that a p below it can come out; with fewer the least that can, and never more than membership_alpha. Absent: membership_alpha for any number
                                 * @default 0.015
                                 */
                                membership_alpha_aim?: number;
                                /**
                                 * @description Utility on the retain set, as a share of the parent checkpoint’s; for an exact candidate, of the registered one’s where that is lower
                                 * @default 0.95
                                 */
                                utility_min_ratio: number;
                                /** @default {} */
                                naturalness?: {
                                    /**
                                     * @description Perplexity of the answers under the parent: times the limit of people never seen
                                     * @default 500
                                     */
                                    perplexity_factor: number;
                                    /**
                                     * @description Share of repeated sequences of four tokens: above the limit of people never seen
                                     * @default 0.3
                                     */
                                    repetition_margin: number;
                                    /**
                                     * @description Share of answers that refuse: above the limit of people never seen. 1: refusals are asked for
                                     * @default 0.5
                                     */
                                    refusal_margin: number;
                                    /**
                                     * @description Length of the answers: times the upper limit of people never seen, or that part of the lower one
                                     * @default 3
                                     */
                                    length_factor: number;
                                };
                                /**
                                 * @description Attacks that try to bring back what was forgotten; reported, not judged
                                 * @default [
                                 *       "quantisation",
                                 *       "relearning"
                                 *     ]
                                 */
                                robustness?: ("fine-tuning" | "pruning" | "quantisation" | "relearning")[];
                                /**
                                 * @description Records of each person whose gradient the attack `grad-norm` looks at, a backward pass each; 0: it is left out
                                 * @default 0
                                 */
                                gradient_records?: number;
                                /** @default {} */
                                references?: {
                                    /**
                                     * @description Models that are trained by the recorded recipe without the forgotten, of different seeds, to hold the candidate against; each costs a whole training, once
                                     * @default 0
                                     */
                                    retrained: number;
                                    /**
                                     * @description Shadow models for the attack u-lira, which learn half of the people who are compared and have them unlearned by the run’s method; each costs a training and an unlearning. Published with 64; fewer than 4 show nothing
                                     * @default 0
                                     */
                                    shadow: number;
                                };
                                /**
                                 * @description Days after which the checkpoint in use is looked at again, as to everybody forgotten of whom something is kept. null: only when somebody asks
                                 * @default 7
                                 */
                                reverify_every_days?: number | null;
                                /** @default {} */
                                forgetting?: {
                                    /**
                                     * @description Runs whose guarantee is `empirical`, since the last exact checkpoint; null: as many as there are
                                     * @default 50
                                     */
                                    approximate_runs: number | null;
                                    /**
                                     * @description Least that may be left of the utility of the last exact checkpoint, by the lowest metric
                                     * @default 0.95
                                     */
                                    utility_share: number;
                                };
                                /**
                                 * @description Of the time of a method and its verification, what the latter may take by the plan: the rest of what no verdict needs is shortened or left out, and named in the report. null: all is measured
                                 * @default 0.5
                                 */
                                max_share_of_run?: number | null;
                            };
                        }[];
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenantPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What applies, and every version chosen here */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        in_force: components["schemas"]["PolicyVersion"];
                        /** @description Chosen here, newest first */
                        versions: components["schemas"]["PolicyVersion"][];
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    chooseTenantPolicy: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description Exactly one of preset and policy */
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description By name
                     * @enum {string}
                     */
                    preset?: "strict" | "standard" | "exploratory";
                    /** @description What is left out is as in `standard` */
                    policy?: {
                        /**
                         * @default 1
                         * @enum {number}
                         */
                        version?: 1;
                        /**
                         * @description How far a memory metric of the forgotten may lie above the prediction limit of never-seen people
                         * @default 0.05
                         */
                        memory_margin?: number;
                        /**
                         * @description The same for answers that are drawn out, of a sample: above the most that people never seen give
                         * @default 0.25
                         */
                        extraction_margin?: number;
                        /**
                         * @description Membership attacks fail the run when their two-sided p-value, by person, is below this, or below what membership_alpha_aim makes of it
                         * @default 0.05
                         */
                        membership_alpha?: number;
                        /**
                         * @description The level that is aimed at: used where so many people never seen are compared that a p below it can come out; with fewer the least that can, and never more than membership_alpha. Absent: membership_alpha for any number
                         * @default 0.015
                         */
                        membership_alpha_aim?: number;
                        /**
                         * @description Utility on the retain set, as a share of the parent checkpoint’s; for an exact candidate, of the registered one’s where that is lower
                         * @default 0.95
                         */
                        utility_min_ratio?: number;
                        /** @default {} */
                        naturalness?: {
                            /**
                             * @description Perplexity of the answers under the parent: times the limit of people never seen
                             * @default 500
                             */
                            perplexity_factor?: number;
                            /**
                             * @description Share of repeated sequences of four tokens: above the limit of people never seen
                             * @default 0.3
                             */
                            repetition_margin?: number;
                            /**
                             * @description Share of answers that refuse: above the limit of people never seen. 1: refusals are asked for
                             * @default 0.5
                             */
                            refusal_margin?: number;
                            /**
                             * @description Length of the answers: times the upper limit of people never seen, or that part of the lower one
                             * @default 3
                             */
                            length_factor?: number;
                        };
                        /**
                         * @description Attacks that try to bring back what was forgotten; reported, not judged
                         * @default [
                         *       "quantisation",
                         *       "relearning"
                         *     ]
                         */
                        robustness?: ("fine-tuning" | "pruning" | "quantisation" | "relearning")[];
                        /**
                         * @description Records of each person whose gradient the attack `grad-norm` looks at, a backward pass each; 0: it is left out
                         * @default 0
                         */
                        gradient_records?: number;
                        /** @default {} */
                        references?: {
                            /**
                             * @description Models that are trained by the recorded recipe without the forgotten, of different seeds, to hold the candidate against; each costs a whole training, once
                             * @default 0
                             */
                            retrained?: number;
                            /**
                             * @description Shadow models for the attack u-lira, which learn half of the people who are compared and have them unlearned by the run’s method; each costs a training and an unlearning. Published with 64; fewer than 4 show nothing
                             * @default 0
                             */
                            shadow?: number;
                        };
                        /**
                         * @description Days after which the checkpoint in use is looked at again, as to everybody forgotten of whom something is kept. null: only when somebody asks
                         * @default 7
                         */
                        reverify_every_days?: number | null;
                        /** @default {} */
                        forgetting?: {
                            /**
                             * @description Runs whose guarantee is `empirical`, since the last exact checkpoint; null: as many as there are
                             * @default 50
                             */
                            approximate_runs?: number | null;
                            /**
                             * @description Least that may be left of the utility of the last exact checkpoint, by the lowest metric
                             * @default 0.95
                             */
                            utility_share?: number;
                        };
                        /**
                         * @description Of the time of a method and its verification, what the latter may take by the plan: the rest of what no verdict needs is shortened or left out, and named in the report. null: all is measured
                         * @default 0.5
                         */
                        max_share_of_run?: number | null;
                    };
                };
            };
        };
        responses: {
            /** @description The version that is in force */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyVersion"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody has chosen already, and the call has no If-Match; nothing was done */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getModelPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What applies, and every version chosen here */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        in_force: components["schemas"]["PolicyVersion"];
                        /** @description Chosen here, newest first */
                        versions: components["schemas"]["PolicyVersion"][];
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    chooseModelPolicy: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        /** @description Exactly one of preset and policy */
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description By name
                     * @enum {string}
                     */
                    preset?: "strict" | "standard" | "exploratory";
                    /** @description What is left out is as in `standard` */
                    policy?: {
                        /**
                         * @default 1
                         * @enum {number}
                         */
                        version?: 1;
                        /**
                         * @description How far a memory metric of the forgotten may lie above the prediction limit of never-seen people
                         * @default 0.05
                         */
                        memory_margin?: number;
                        /**
                         * @description The same for answers that are drawn out, of a sample: above the most that people never seen give
                         * @default 0.25
                         */
                        extraction_margin?: number;
                        /**
                         * @description Membership attacks fail the run when their two-sided p-value, by person, is below this, or below what membership_alpha_aim makes of it
                         * @default 0.05
                         */
                        membership_alpha?: number;
                        /**
                         * @description The level that is aimed at: used where so many people never seen are compared that a p below it can come out; with fewer the least that can, and never more than membership_alpha. Absent: membership_alpha for any number
                         * @default 0.015
                         */
                        membership_alpha_aim?: number;
                        /**
                         * @description Utility on the retain set, as a share of the parent checkpoint’s; for an exact candidate, of the registered one’s where that is lower
                         * @default 0.95
                         */
                        utility_min_ratio?: number;
                        /** @default {} */
                        naturalness?: {
                            /**
                             * @description Perplexity of the answers under the parent: times the limit of people never seen
                             * @default 500
                             */
                            perplexity_factor?: number;
                            /**
                             * @description Share of repeated sequences of four tokens: above the limit of people never seen
                             * @default 0.3
                             */
                            repetition_margin?: number;
                            /**
                             * @description Share of answers that refuse: above the limit of people never seen. 1: refusals are asked for
                             * @default 0.5
                             */
                            refusal_margin?: number;
                            /**
                             * @description Length of the answers: times the upper limit of people never seen, or that part of the lower one
                             * @default 3
                             */
                            length_factor?: number;
                        };
                        /**
                         * @description Attacks that try to bring back what was forgotten; reported, not judged
                         * @default [
                         *       "quantisation",
                         *       "relearning"
                         *     ]
                         */
                        robustness?: ("fine-tuning" | "pruning" | "quantisation" | "relearning")[];
                        /**
                         * @description Records of each person whose gradient the attack `grad-norm` looks at, a backward pass each; 0: it is left out
                         * @default 0
                         */
                        gradient_records?: number;
                        /** @default {} */
                        references?: {
                            /**
                             * @description Models that are trained by the recorded recipe without the forgotten, of different seeds, to hold the candidate against; each costs a whole training, once
                             * @default 0
                             */
                            retrained?: number;
                            /**
                             * @description Shadow models for the attack u-lira, which learn half of the people who are compared and have them unlearned by the run’s method; each costs a training and an unlearning. Published with 64; fewer than 4 show nothing
                             * @default 0
                             */
                            shadow?: number;
                        };
                        /**
                         * @description Days after which the checkpoint in use is looked at again, as to everybody forgotten of whom something is kept. null: only when somebody asks
                         * @default 7
                         */
                        reverify_every_days?: number | null;
                        /** @default {} */
                        forgetting?: {
                            /**
                             * @description Runs whose guarantee is `empirical`, since the last exact checkpoint; null: as many as there are
                             * @default 50
                             */
                            approximate_runs?: number | null;
                            /**
                             * @description Least that may be left of the utility of the last exact checkpoint, by the lowest metric
                             * @default 0.95
                             */
                            utility_share?: number;
                        };
                        /**
                         * @description Of the time of a method and its verification, what the latter may take by the plan: the rest of what no verdict needs is shortened or left out, and named in the report. null: all is measured
                         * @default 0.5
                         */
                        max_share_of_run?: number | null;
                    };
                };
            };
        };
        responses: {
            /** @description The version that is in force */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyVersion"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody has chosen already, and the call has no If-Match; nothing was done */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getForecast: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By model, and what is at risk */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        at: string;
                        /** @description Workers that are there; with none, one is assumed that takes anything */
                        workers: number;
                        /** @description Yours, that requests wait for or that have a run */
                        models: components["schemas"]["ModelForecast"][];
                        /** @description Requests that wait and are expected to be late, those first that are due first; 100 at most */
                        at_risk: {
                            /**
                             * Format: uuid
                             * @description UUID version 7
                             */
                            deletion_request_id: string;
                            /**
                             * Format: uuid
                             * @description UUID version 7
                             */
                            model_id: string;
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC
                             */
                            due_at: string;
                            expected_done_at: string | null;
                        }[];
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDeletionRequestForecast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is expected, or why nobody can tell */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestForecast"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getScheduling: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was chosen */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Scheduling"];
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    chooseScheduling: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        /** @description All four; null is what the service does */
        requestBody: {
            content: {
                "application/json": {
                    max_wait_hours: number | null;
                    promptness: number | null;
                    backend: string | null;
                    memory_bytes: number | null;
                };
            };
        };
        responses: {
            /** @description What was chosen */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Scheduling"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Somebody has chosen already, and the call has no If-Match; nothing was done */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCorpora: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description `next_cursor` of the page before; other filters stay */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of corpora, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Corpus"][];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createCorpus: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Lower-case name */
                    name: string;
                    /** @description What finds people in records beside their `subjects`; keyed at the door as these are */
                    subject_rules?: {
                        pointers?: {
                            /** @description JSON Pointer (RFC 6901) into a line of the upload; `*` stands for every item of an array. A member at the top that no record has is read and dropped */
                            pointer: string;
                            /** @description Kind of identifier that stands there */
                            type: string;
                        }[];
                        /** @description Addresses and telephone numbers anywhere in the text of a record */
                        patterns?: ("email" | "phone")[];
                        /** @description Where telephone numbers without + are from (ISO 3166-1); left out: only numbers with + are found */
                        country?: string;
                        names?: string[];
                    };
                };
            };
        };
        responses: {
            /** @description The new corpus */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Corpus"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCorpus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The corpus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Corpus"];
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteCorpus: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null | {
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description The corpus as it was */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Corpus"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    importRecords: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Relative to IMPORT_DIR, or absolute and under it */
                    path: string;
                    /**
                     * @description What becomes of records that name somebody of the suppression list. refuse: nothing of the upload is kept; skip: these records are left out; keep: they are taken in, and counted
                     * @default refuse
                     * @enum {string}
                     */
                    on_suppressed?: "refuse" | "skip" | "keep";
                };
            };
        };
        responses: {
            /** @description The corpus with the new records */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        id: string;
                        /** @description Lower-case name */
                        name: string;
                        records: number;
                        /** @description Distinct subjects named by its records */
                        people: number;
                        digest: string | null;
                        subject_rules: {
                            pointers?: {
                                /** @description JSON Pointer (RFC 6901) into a line of the upload; `*` stands for every item of an array. A member at the top that no record has is read and dropped */
                                pointer: string;
                                /** @description Kind of identifier that stands there */
                                type: string;
                            }[];
                            /** @description Addresses and telephone numbers anywhere in the text of a record */
                            patterns?: ("email" | "phone")[];
                            /** @description Where telephone numbers without + are from (ISO 3166-1); left out: only numbers with + are found */
                            country?: string;
                            names?: string[];
                        } | null;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        created_at: string;
                        /** @description Records of this upload that name somebody of the suppression list */
                        suppressed: number;
                        /** @description Those of them that were left out */
                        skipped: number;
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewRules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What finds people in records beside their `subjects`; keyed at the door as these are */
                    subject_rules: {
                        pointers?: {
                            /** @description JSON Pointer (RFC 6901) into a line of the upload; `*` stands for every item of an array. A member at the top that no record has is read and dropped */
                            pointer: string;
                            /** @description Kind of identifier that stands there */
                            type: string;
                        }[];
                        /** @description Addresses and telephone numbers anywhere in the text of a record */
                        patterns?: ("email" | "phone")[];
                        /** @description Where telephone numbers without + are from (ISO 3166-1); left out: only numbers with + are found */
                        country?: string;
                        names?: string[];
                    };
                    /**
                     * Format: uuid
                     * @description A corpus to try them on
                     */
                    corpus_id?: string;
                    records?: Record<string, never>[];
                };
            };
        };
        responses: {
            /** @description What each rule found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Records looked at */
                        records: number;
                        /** @description Those in which any rule found somebody */
                        records_with_subjects: number;
                        /** @description Different identifiers found */
                        subjects: number;
                        rules: {
                            /** @description Where it stands in subject_rules, for example `names/0` */
                            rule: string;
                            matches: number;
                            /** @description Records in which it found anybody */
                            records: number;
                            /** @description Different identifiers that it found */
                            subjects: number;
                        }[];
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lookUpSubject: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The person; hashed at the door and never stored */
                    subject: {
                        identifiers: {
                            /** @description Kind of identifier: email, phone, name, customer_id, ... */
                            type: string;
                            /** @description Raw value; hashed at the door and never stored */
                            value?: string;
                            /** @description SHA-256 (lower-case hex) of the normalised value, hashed by the client */
                            sha256?: string;
                        }[];
                    };
                };
            };
        };
        responses: {
            /** @description Corpora and models that know the person; empty where none does */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        corpora: {
                            /**
                             * Format: uuid
                             * @description UUID version 7
                             */
                            corpus_id: string;
                            /** @description Lower-case name */
                            name: string;
                            /** @description Records that name the person */
                            records: number;
                        }[];
                        models: {
                            /**
                             * Format: uuid
                             * @description UUID version 7
                             */
                            model_id: string;
                            /** @description Lower-case name */
                            name: string;
                            /** @description Records of its train corpora that name the person, and that it has not forgotten */
                            records: number;
                            /** @description Those that it has forgotten */
                            forgotten: number;
                        }[];
                        /** @description Whether any identifier is on the suppression list */
                        suppressed: boolean;
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSuppressions: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description `next_cursor` of the page before; other filters stay */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, newest first, and how much there is in all */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /**
                             * Format: uuid
                             * @description Of the deletion request that put its person on the list
                             */
                            id: string;
                            /** @description Kinds of identifier, never values */
                            identifier_types: string[];
                            /**
                             * Format: date-time
                             * @description RFC 3339, UTC
                             */
                            added_at: string;
                        }[];
                        next_cursor: string | null;
                        counts: {
                            requests: number;
                            /** @description Different keyed identifiers, in every version of the key */
                            keys: number;
                        };
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkSuppressions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    subjects: {
                        identifiers: {
                            /** @description Kind of identifier: email, phone, name, customer_id, ... */
                            type: string;
                            /** @description Raw value; hashed at the door and never stored */
                            value?: string;
                            /** @description SHA-256 (lower-case hex) of the normalised value, hashed by the client */
                            sha256?: string;
                        }[];
                    }[];
                };
            };
        };
        responses: {
            /** @description One answer a person, in order; no identifier is repeated */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        suppressed: boolean[];
                        /** @description How many are */
                        count: number;
                        restricted: boolean[];
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    liftSuppressions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The person */
                    subject?: {
                        identifiers: {
                            /** @description Kind of identifier: email, phone, name, customer_id, ... */
                            type: string;
                            /** @description Raw value; hashed at the door and never stored */
                            value?: string;
                            /** @description SHA-256 (lower-case hex) of the normalised value, hashed by the client */
                            sha256?: string;
                        }[];
                    };
                    /**
                     * Format: uuid
                     * @description A request of the list
                     */
                    request_id?: string;
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description What was lifted; nothing where nobody was suppressed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Ids of deletion requests */
                        lifted: string[];
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRestrictions: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description `next_cursor` of the page before; other filters stay */
                cursor?: string;
                state?: "active" | "ending" | "lifted";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Restriction"][];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    placeRestriction: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The person */
                    subject?: {
                        identifiers: {
                            /** @description Kind of identifier: email, phone, name, customer_id, ... */
                            type: string;
                            /** @description Raw value; hashed at the door and never stored */
                            value?: string;
                            /** @description SHA-256 (lower-case hex) of the normalised value, hashed by the client */
                            sha256?: string;
                        }[];
                    };
                    /**
                     * Format: uuid
                     * @description A deletion request of the person
                     */
                    request_id?: string;
                    /**
                     * @description GDPR Art. 18(1)(a): accuracy_contested; 18(1)(b): erasure_opposed; 18(1)(c): needed_for_legal_claims; 18(1)(d): objection_pending
                     * @enum {string}
                     */
                    ground: "accuracy_contested" | "erasure_opposed" | "needed_for_legal_claims" | "objection_pending";
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason: string;
                };
            };
        };
        responses: {
            /** @description The restriction */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Restriction"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRestriction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The restriction */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Restriction"];
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    liftRestriction: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Why, for people. It is kept with the request and must not name the person; an e-mail address is refused */
                    reason: string;
                    /**
                     * Format: date-time
                     * @description When the person was told that it is about to be lifted
                     */
                    informed_at?: string;
                };
            };
        };
        responses: {
            /** @description The restriction as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Restriction"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUploads: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Upload"][];
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createUpload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The upload, without a file yet */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The upload with what has arrived */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone, with its files */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    askModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    prompts: string[];
                    /** @default 64 */
                    max_new_tokens?: number;
                };
            };
        };
        responses: {
            /** @description Accepted; the answers are at Location */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        id: string;
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        model_id: string;
                        /** @enum {string} */
                        state: "waiting" | "answered" | "failed";
                        /** @description Greedy answers, in the order of the prompts */
                        answers?: string[];
                        /** @description Why there is no answer */
                        error?: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        expires_at: string;
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCompletion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Waiting, or the answers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        id: string;
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        model_id: string;
                        /** @enum {string} */
                        state: "waiting" | "answered" | "failed";
                        /** @description Greedy answers, in the order of the prompts */
                        answers?: string[];
                        /** @description Why there is no answer */
                        error?: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        expires_at: string;
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    analyseInfluence: {
        parameters: {
            query?: never;
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        /** @description Exactly one of prompt, subject and record_ids */
        requestBody: {
            content: {
                "application/json": {
                    /** @description What the model is asked */
                    prompt?: string;
                    /** @description What it should have said to the prompt; left out: what it says itself */
                    answer?: string;
                    /** @description A person whose training records are asked about */
                    subject?: {
                        identifiers: {
                            /** @description Kind of identifier: email, phone, name, customer_id, ... */
                            type: string;
                            /** @description Raw value; hashed at the door and never stored */
                            value?: string;
                            /** @description SHA-256 (lower-case hex) of the normalised value, hashed by the client */
                            sha256?: string;
                        }[];
                    };
                    /** @description Training records that are asked about */
                    record_ids?: string[];
                    /**
                     * @description tracin: product of gradients (arXiv 2002.08484); cg: with the inverse Hessian between them (arXiv 1703.04730), by conjugate gradients; ekfac: the same for weights that map vectors, by EK-FAC (arXiv 2308.03296)
                     * @default tracin
                     * @enum {string}
                     */
                    method?: "tracin" | "cg" | "ekfac";
                    /**
                     * @description Of tracin: how many points of the training are looked at, evenly apart and the last at its end. More than 1 needs the log that expunge train --log-updates writes
                     * @default 1
                     */
                    checkpoints?: number;
                    /**
                     * @description Records that are listed
                     * @default 20
                     */
                    top?: number;
                    /**
                     * @description Ask about what the model itself says to the prompts of the records, and not about what the records say: how to see, after unlearning, whether they still rank. Not beside an answer
                     * @default false
                     */
                    own_answers?: boolean;
                    /** @description Added to the diagonal of the Hessian; cg raises it where the loss bends downwards. Left out: 0.1 for cg; for ekfac, of each weight, 0.1 times the mean of its squares, which are its eigenvalues */
                    damping?: number;
                    /**
                     * @description Conjugate-gradient steps of cg at most
                     * @default 10
                     */
                    iterations?: number;
                    /**
                     * @description Rows, drawn at random, that the curvature is measured on
                     * @default 256
                     */
                    curvature_rows?: number;
                };
            };
        };
        responses: {
            /** @description Accepted; poll Location */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InfluenceAnalysis"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getInfluence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
                /** @description UUID version 7 */
                analysis_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The analysis; `findings` once it is done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InfluenceAnalysis"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhookEndpoints: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description `next_cursor` of the page before; other filters stay */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["WebhookEndpoint"][];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description https, without user name and fragment, on port 443 or from 1024 up; every address that its host resolves to must be public */
                    url: string;
                    /** @description For people */
                    description?: string;
                    /** @description A recipient of weights, as GET /v1/checkpoints/{id}/recipients names it, whose address this is (Art. 19): it is told when checkpoints that it got are not in use any more, and of nothing else; a delivery that it takes counts as told */
                    recipient?: string;
                    /**
                     * @description `*`: all; `run.*`: all whose name begins so
                     * @default [
                     *       "*"
                     *     ]
                     */
                    events?: ("*" | "deletion_request.*" | "run.*" | "certificate.*" | "checkpoint.*" | "restriction.*" | "model.*" | "corpus.*" | "verification.*" | "webhook.*" | "deletion_request.created" | "deletion_request.state_changed" | "deletion_request.extended" | "deletion_request.completed" | "deletion_request.partially_completed" | "deletion_request.denied" | "deletion_request.cancelled" | "deletion_request.failed" | "deletion_request.needs_review" | "deletion_request.erased" | "run.awaiting_promotion" | "run.finished" | "certificate.issued" | "certificate.revoked" | "checkpoint.published" | "checkpoint.replaced" | "checkpoint.retired" | "checkpoint.deleted" | "restriction.placed" | "restriction.ending" | "restriction.lifted" | "model.deleted" | "corpus.deleted" | "verification.finished" | "webhook.test")[];
                };
            };
        };
        responses: {
            /** @description Made, with its secret */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpointWithSecret"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description https, without user name and fragment, on port 443 or from 1024 up; every address that its host resolves to must be public */
                    url?: string;
                    description?: string | null;
                    /** @description `*`: all; `run.*`: all whose name begins so */
                    events?: ("*" | "deletion_request.*" | "run.*" | "certificate.*" | "checkpoint.*" | "restriction.*" | "model.*" | "corpus.*" | "verification.*" | "webhook.*" | "deletion_request.created" | "deletion_request.state_changed" | "deletion_request.extended" | "deletion_request.completed" | "deletion_request.partially_completed" | "deletion_request.denied" | "deletion_request.cancelled" | "deletion_request.failed" | "deletion_request.needs_review" | "deletion_request.erased" | "run.awaiting_promotion" | "run.finished" | "certificate.issued" | "certificate.revoked" | "checkpoint.published" | "checkpoint.replaced" | "checkpoint.retired" | "checkpoint.deleted" | "restriction.placed" | "restriction.ending" | "restriction.lifted" | "model.deleted" | "corpus.deleted" | "verification.finished" | "webhook.test")[];
                };
            };
        };
        responses: {
            /** @description The endpoint as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description How long the old keys sign beside the new ones, by default 24; 0 where they are known to others */
                    overlap_hours?: number;
                } | null;
            };
        };
        responses: {
            /** @description With the new secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpointWithSecret"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    enableWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null;
            };
        };
        responses: {
            /** @description The endpoint as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disableWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null;
            };
        };
        responses: {
            /** @description The endpoint as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testWebhookEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null;
            };
        };
        responses: {
            /** @description To be sent */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description `next_cursor` of the page before; other filters stay */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["WebhookDelivery"][];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayWebhookDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": null;
            };
        };
        responses: {
            /** @description To be sent */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                /** @description Items a page */
                limit?: number;
                /** @description `next_cursor` of the page before; other filters stay */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of keys, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["ApiKey"][];
                        next_cursor: string | null;
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description For people to tell keys apart; must not name a person */
                    name: string;
                    scopes: ("requests:create" | "requests:read" | "requests:cancel" | "requests:decide" | "requests:approve" | "requests:retry" | "runs:read" | "runs:promote" | "runs:rollback" | "verifications:create" | "certificates:read" | "ledger:read" | "models:read" | "models:write" | "models:delete" | "models:consolidate" | "models:ask" | "influence:analyse" | "checkpoints:download" | "checkpoints:retire" | "policies:write" | "corpora:read" | "corpora:write" | "corpora:delete" | "subjects:read" | "suppressions:check" | "suppressions:read" | "suppressions:lift" | "restrictions:read" | "restrictions:write" | "webhooks:manage" | "keys:manage" | "metrics:read" | "catalogue:read")[];
                    /** @description How long the new key is valid. Default: 365 */
                    expires_in_days?: number;
                };
            };
        };
        responses: {
            /** @description The key, shown this once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        id: string;
                        /** @description For people to tell keys apart; must not name a person */
                        name: string;
                        /** @description Who a caller with this key is, in the ledger; a key that replaces another keeps it */
                        actor: string;
                        scopes: ("requests:create" | "requests:read" | "requests:cancel" | "requests:decide" | "requests:approve" | "requests:retry" | "runs:read" | "runs:promote" | "runs:rollback" | "verifications:create" | "certificates:read" | "ledger:read" | "models:read" | "models:write" | "models:delete" | "models:consolidate" | "models:ask" | "influence:analyse" | "checkpoints:download" | "checkpoints:retire" | "policies:write" | "corpora:read" | "corpora:write" | "corpora:delete" | "subjects:read" | "suppressions:check" | "suppressions:read" | "suppressions:lift" | "restrictions:read" | "restrictions:write" | "webhooks:manage" | "keys:manage" | "metrics:read" | "catalogue:read")[];
                        /** @enum {string} */
                        state: "active" | "expired" | "revoked";
                        /** @description An actor, or `command` */
                        created_by: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        created_at: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        expires_at: string;
                        revoked_at: string | null;
                        last_used_at: string | null;
                        replaced_by: string | null;
                        /** @description The key itself, for `Authorization: Bearer`. Shown this once */
                        key: string;
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description How long the new key is valid. Default: 365 */
                    expires_in_days?: number;
                    /** @description How long the old key is valid beside the new one; 0: it ends now. Default: 24 */
                    overlap_hours?: number;
                } | null;
            };
        };
        responses: {
            /** @description The new key, shown this once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        id: string;
                        /** @description For people to tell keys apart; must not name a person */
                        name: string;
                        /** @description Who a caller with this key is, in the ledger; a key that replaces another keeps it */
                        actor: string;
                        scopes: ("requests:create" | "requests:read" | "requests:cancel" | "requests:decide" | "requests:approve" | "requests:retry" | "runs:read" | "runs:promote" | "runs:rollback" | "verifications:create" | "certificates:read" | "ledger:read" | "models:read" | "models:write" | "models:delete" | "models:consolidate" | "models:ask" | "influence:analyse" | "checkpoints:download" | "checkpoints:retire" | "policies:write" | "corpora:read" | "corpora:write" | "corpora:delete" | "subjects:read" | "suppressions:check" | "suppressions:read" | "suppressions:lift" | "restrictions:read" | "restrictions:write" | "webhooks:manage" | "keys:manage" | "metrics:read" | "catalogue:read")[];
                        /** @enum {string} */
                        state: "active" | "expired" | "revoked";
                        /** @description An actor, or `command` */
                        created_by: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        created_at: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        expires_at: string;
                        revoked_at: string | null;
                        last_used_at: string | null;
                        replaced_by: string | null;
                        /** @description The key itself, for `Authorization: Bearer`. Shown this once */
                        key: string;
                    };
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key, without its secret */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that GET answered: nothing is done where that is no more the present state. `*`: whatever it is */
                "if-match"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            /** @description If-Match names another state than the present one; nothing was done */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMethods: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every method */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            name: string;
                            /** @enum {string} */
                            family: "example-based" | "gradient-based" | "optimization-based";
                            summary: string;
                            /**
                             * @description The highest class that its evidence can reach
                             * @enum {string}
                             */
                            guarantee: "exact" | "certified" | "empirical";
                            paper: {
                                title: string;
                                arxiv: string;
                            } | null;
                            /** @description With default parameters */
                            needs: string[];
                            /** @description JSON Schema of `method.params`, with defaults */
                            params: {
                                [key: string]: unknown;
                            };
                        }[];
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every metric */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            name: string;
                            /** @enum {string} */
                            kind: "memory" | "membership" | "naturalness" | "utility";
                            /** @description Kinds of model that it is measured of */
                            tasks: ("causal-lm" | "classification")[];
                            summary: string;
                            paper: {
                                title: string;
                                arxiv: string;
                            } | null;
                            cost: {
                                /** @description Metrics of the same pass share it */
                                pass: string;
                                /** @description Over each record */
                                forward_passes: number;
                                /** @description 2: under parent and candidate */
                                checkpoints: number;
                                /** @enum {string} */
                                of: "every record" | "a sample";
                            };
                        }[];
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProblem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What it means and what to do */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        code: string;
                        status: number;
                        title: string;
                        remedy: string;
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCapabilities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What it can do, and its limits */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        version: string;
                        requests: {
                            /** @description Of `ground` */
                            grounds: string[];
                            /** @description Of a denial */
                            denial_codes: string[];
                            /** @description With a form of their own before they are compared; any other is taken too, as words */
                            identifier_types: string[];
                            /** @description Of one batch, at most */
                            batch_lines: number;
                            /** @description Of a request that names none */
                            cooling_off_hours: number;
                            most_cooling_off_hours: number;
                            most_extension_months: number;
                            /**
                             * @description Whether somebody approves a plan before its run
                             * @enum {string}
                             */
                            approval: "off" | "required" | "four-eyes";
                            /**
                             * @description Whether somebody promotes what passed verification
                             * @enum {string}
                             */
                            promotion: "automatic" | "manual" | "four-eyes";
                        };
                        models: {
                            tasks: ("causal-lm" | "classification")[];
                            /** @description Told of by /v1/methods */
                            methods: string[];
                            /** @description Models may be asked, by POST /v1/models/{id}/completions */
                            completions: boolean;
                        };
                        webhooks: {
                            /** @description Types of event */
                            events: string[];
                            /** @description Schemes of the signature header */
                            signatures: string[];
                        };
                        protocols: {
                            opendsr: string | null;
                        };
                        limits: {
                            /** @description Of a line of an upload */
                            record_bytes: number;
                            /** @description Of an upload */
                            upload_bytes: number;
                            /** @description Of a credential; 0: no limit */
                            calls_per_minute: number;
                        };
                    };
                };
            };
            /** @description If-None-Match names the present state */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                        version: string;
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                        parts: {
                            /** @enum {string} */
                            database: "up" | "down";
                            /** @enum {string} */
                            migrations: "up" | "down";
                            /** @enum {string} */
                            queue: "up" | "down";
                            /** @enum {string} */
                            disk: "up" | "down";
                        };
                        /** @description Workers that were heard of in the last 30 s, by what they do; null: nobody could tell */
                        workers: {
                            runs: number;
                            webhooks: number;
                        } | null;
                        /** @description What keeps no request from being taken, but from being done: nobody works. READY_NEEDS_WORKER makes it a reason */
                        warnings: string[];
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createDeletionRequests: {
        parameters: {
            query?: {
                /** @description Adds to an earlier group; default: a new one */
                group_id?: string;
            };
            header?: {
                /** @description Text of your choice, 1 to 255 characters, new with every new call: the same call with the same key within 24 hours is done once, and gets the first answer again (`Idempotency-Replayed: true`) */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /**
         * @description One deletion request as JSON a line, as POST /v1/deletion-requests takes it but for `validate_only` and `group_id`;
         *     at most 10000 lines. Empty lines are skipped.
         */
        requestBody: {
            content: {
                "application/x-ndjson": unknown;
            };
        };
        responses: {
            /** @description What became of each line */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description Of all requests of the batch; GET /v1/deletion-requests?group_id= lists them
                         */
                        group_id: string;
                        counts: {
                            created: number;
                            already_open: number;
                            invalid: number;
                            failed: number;
                        };
                        /** @description One a line, in order */
                        items: {
                            /** @description Counts from 1, empty lines included */
                            line: number;
                            /**
                             * @description failed: the database went away under way, and the line may not have been stored; its remedy says how to send it again
                             * @enum {string}
                             */
                            outcome: "created" | "already_open" | "invalid" | "failed";
                            /**
                             * Format: uuid
                             * @description Of the new request
                             */
                            id?: string;
                            /** @enum {string} */
                            state?: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                            /** @description Link to the request that stands in the way */
                            existing?: string;
                            /** @description As of a problem document */
                            code?: string;
                            errors?: {
                                /** @description JSON Pointer into the line */
                                pointer: string;
                                detail: string;
                            }[];
                            remedy?: string;
                        }[];
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    uploadRecords: {
        parameters: {
            query?: {
                /** @description What becomes of records that name somebody of the suppression list. refuse: nothing of the upload is kept; skip: these records are left out; keep: they are taken in, and counted */
                on_suppressed?: "refuse" | "skip" | "keep";
            };
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        /**
         * @description One UploadedRecord as JSON a line, streamed. `subjects` say whom a record is about: they are hashed and
         *     stripped before anything is stored. Empty lines are skipped. All lines are kept or none is.
         */
        requestBody: {
            content: {
                "application/x-ndjson": unknown;
            };
        };
        responses: {
            /** @description The corpus with the new records */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        id: string;
                        /** @description Lower-case name */
                        name: string;
                        records: number;
                        /** @description Distinct subjects named by its records */
                        people: number;
                        digest: string | null;
                        subject_rules: {
                            pointers?: {
                                /** @description JSON Pointer (RFC 6901) into a line of the upload; `*` stands for every item of an array. A member at the top that no record has is read and dropped */
                                pointer: string;
                                /** @description Kind of identifier that stands there */
                                type: string;
                            }[];
                            /** @description Addresses and telephone numbers anywhere in the text of a record */
                            patterns?: ("email" | "phone")[];
                            /** @description Where telephone numbers without + are from (ISO 3166-1); left out: only numbers with + are found */
                            country?: string;
                            names?: string[];
                        } | null;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        created_at: string;
                        /** @description Records of this upload that name somebody of the suppression list */
                        suppressed: number;
                        /** @description Those of them that were left out */
                        skipped: number;
                    };
                };
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createUploadFile: {
        parameters: {
            query?: never;
            header: {
                /** @description 1.0.0; left out it is taken to be that */
                "tus-resumable"?: string;
                /** @description What the file has when it is complete */
                "upload-length": string;
                /** @description `filename` and the file’s name in Base64 */
                "upload-metadata": string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Location is where its pieces are sent to */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUploadProtocol: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In Tus-Version, Tus-Extension, Tus-Max-Size */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteUploadFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 7 */
                id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone, and may be announced again */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sendUploadPiece: {
        parameters: {
            query?: never;
            header: {
                /** @description 1.0.0; left out it is taken to be that */
                "tus-resumable"?: string;
                /** @description Where the piece begins: as much as has arrived */
                "upload-offset": string;
                /** @description sha1 or sha256, a space, and the digest of the piece in Base64 */
                "upload-checksum"?: string;
            };
            path: {
                /** @description UUID version 7 */
                id: string;
                name: string;
            };
            cookie?: never;
        };
        /** @description Bytes of the file from Upload-Offset on */
        requestBody: {
            content: {
                "application/offset+octet-stream": unknown;
            };
        };
        responses: {
            /** @description Upload-Offset bytes have arrived */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused: a problem document says why and what to do */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Failed on this side: a problem document without internals */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discoverOpenDsr: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description For everybody */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        api_version: string;
                        supported_identities: {
                            identity_type: string;
                            /** @enum {string} */
                            identity_format: "raw" | "sha256";
                        }[];
                        supported_subject_request_types: "erasure"[];
                        /** @description URL of the certificate that signs, as PEM */
                        processor_certificate: string;
                    };
                };
            };
            /** @description Refused, in the form of OpenDSR: 400 for most, 409 where the person’s request is in progress, 404 */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            /** @description HTTP status */
                            code: number;
                            message: string;
                            errors: {
                                domain: string;
                                reason: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
            /** @description Failed on this side */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            /** @description HTTP status */
                            code: number;
                            message: string;
                            errors: {
                                domain: string;
                                reason: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    getOpenDsrCertificate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description PEM */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description Refused, in the form of OpenDSR: 400 for most, 409 where the person’s request is in progress, 404 */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            /** @description HTTP status */
                            code: number;
                            message: string;
                            errors: {
                                domain: string;
                                reason: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
            /** @description Failed on this side */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            /** @description HTTP status */
                            code: number;
                            message: string;
                            errors: {
                                domain: string;
                                reason: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    createOpenDsrRequest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    regulation: "gdpr" | "ccpa";
                    /** @description UUID version 4 in lower case, made by the controller */
                    subject_request_id: string;
                    /**
                     * @description Only erasure is done here
                     * @enum {string}
                     */
                    subject_request_type: "erasure" | "access" | "portability";
                    /**
                     * Format: date-time
                     * @description When the person asked; the time runs from it
                     */
                    submitted_time: string;
                    /** @description The person, by all these names; hashed at the door */
                    subject_identities: {
                        /** @description As controller_customer_id, email, android_advertising_id, android_id, fire_advertising_id, ios_advertising_id, ios_vendor_id, microsoft_advertising_id, microsoft_publisher_id, roku_publisher_id, roku_advertising_id */
                        identity_type: string;
                        identity_value: string;
                        /** @description raw or sha256 */
                        identity_format: string;
                    }[] | {
                        [key: string]: {
                            value: string;
                            /** @description raw or sha256 */
                            encoding?: string;
                        };
                    };
                    /** @description 2.0, or any 2.x */
                    api_version?: string;
                    /** @description Told of every change of status; public https only */
                    status_callback_urls?: string[];
                    /** @description Of mParticle: no cooling-off time */
                    skip_waiting_period?: boolean;
                    /** @description Read by nobody here */
                    extensions?: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description Accepted and recorded */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        controller_id: string;
                        /** @description UUID version 4 in lower case, made by the controller */
                        subject_request_id: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        expected_completion_time: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        received_time: string;
                        /** @description The request as it came, in base64: it names the person, so it must be neither logged nor stored */
                        encoded_request: string;
                    };
                };
            };
            /** @description Refused, in the form of OpenDSR: 400 for most, 409 where the person’s request is in progress, 404 */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            /** @description HTTP status */
                            code: number;
                            message: string;
                            errors: {
                                domain: string;
                                reason: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
            /** @description Failed on this side */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            /** @description HTTP status */
                            code: number;
                            message: string;
                            errors: {
                                domain: string;
                                reason: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    getOpenDsrRequest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 4 in lower case, made by the controller */
                subject_request_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The status */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        controller_id: string;
                        /** @description UUID version 4 in lower case, made by the controller */
                        subject_request_id: string;
                        /**
                         * Format: date-time
                         * @description RFC 3339, UTC
                         */
                        expected_completion_time: string;
                        /** @enum {string} */
                        request_status: "pending" | "in_progress" | "completed" | "cancelled";
                        api_version: string;
                        /** @description Training records that were removed, once it is completed */
                        results_count?: number;
                        extensions?: {
                            [key: string]: {
                                /** @description In /v1/deletion-requests */
                                deletion_request_id: string;
                                /** @enum {string} */
                                state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                                /** @description Why it was refused */
                                denial_code?: string;
                                targets: {
                                    model: string;
                                    state: string;
                                }[];
                                /** @description Whether they are taken */
                                callbacks: {
                                    status_callback_url: string;
                                    /** @enum {string} */
                                    state: "enabled" | "disabled";
                                    failing_since: string | null;
                                }[];
                            };
                        };
                    };
                };
            };
            /** @description Refused, in the form of OpenDSR: 400 for most, 409 where the person’s request is in progress, 404 */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            /** @description HTTP status */
                            code: number;
                            message: string;
                            errors: {
                                domain: string;
                                reason: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
            /** @description Failed on this side */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            /** @description HTTP status */
                            code: number;
                            message: string;
                            errors: {
                                domain: string;
                                reason: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    cancelOpenDsrRequest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID version 4 in lower case, made by the controller */
                subject_request_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancelled */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        controller_id: string;
                        /** @description UUID version 4 in lower case, made by the controller */
                        subject_request_id: string;
                        /**
                         * Format: date-time
                         * @description When the cancellation came
                         */
                        received_time: string;
                        api_version: string;
                    };
                };
            };
            /** @description Refused, in the form of OpenDSR: 400 for most, 409 where the person’s request is in progress, 404 */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            /** @description HTTP status */
                            code: number;
                            message: string;
                            errors: {
                                domain: string;
                                reason: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
            /** @description Failed on this side */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        error: {
                            /** @description HTTP status */
                            code: number;
                            message: string;
                            errors: {
                                domain: string;
                                reason: string;
                                message: string;
                            }[];
                        };
                    };
                };
            };
        };
    };
    onDeletionRequestCreated: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "deletion_request.created";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        deletion_request_id: string;
                        /**
                         * @description Of the request when this happened
                         * @enum {string}
                         */
                        state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                        /** @description ETag of that state: what is read now may be later */
                        version: number;
                        run_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onDeletionRequestStateChanged: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "deletion_request.state_changed";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        deletion_request_id: string;
                        /**
                         * @description Of the request when this happened
                         * @enum {string}
                         */
                        state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                        /** @description ETag of that state: what is read now may be later */
                        version: number;
                        run_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onDeletionRequestExtended: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "deletion_request.extended";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        deletion_request_id: string;
                        /**
                         * @description Of the request when this happened
                         * @enum {string}
                         */
                        state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                        /** @description ETag of that state: what is read now may be later */
                        version: number;
                        run_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onDeletionRequestCompleted: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "deletion_request.completed";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        deletion_request_id: string;
                        /**
                         * @description Of the request when this happened
                         * @enum {string}
                         */
                        state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                        /** @description ETag of that state: what is read now may be later */
                        version: number;
                        run_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onDeletionRequestPartiallyCompleted: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "deletion_request.partially_completed";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        deletion_request_id: string;
                        /**
                         * @description Of the request when this happened
                         * @enum {string}
                         */
                        state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                        /** @description ETag of that state: what is read now may be later */
                        version: number;
                        run_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onDeletionRequestDenied: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "deletion_request.denied";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        deletion_request_id: string;
                        /**
                         * @description Of the request when this happened
                         * @enum {string}
                         */
                        state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                        /** @description ETag of that state: what is read now may be later */
                        version: number;
                        run_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onDeletionRequestCancelled: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "deletion_request.cancelled";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        deletion_request_id: string;
                        /**
                         * @description Of the request when this happened
                         * @enum {string}
                         */
                        state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                        /** @description ETag of that state: what is read now may be later */
                        version: number;
                        run_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onDeletionRequestFailed: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "deletion_request.failed";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        deletion_request_id: string;
                        /**
                         * @description Of the request when this happened
                         * @enum {string}
                         */
                        state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                        /** @description ETag of that state: what is read now may be later */
                        version: number;
                        run_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onDeletionRequestNeedsReview: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "deletion_request.needs_review";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        deletion_request_id: string;
                        /**
                         * @description Of the request when this happened
                         * @enum {string}
                         */
                        state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                        /** @description ETag of that state: what is read now may be later */
                        version: number;
                        run_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onDeletionRequestErased: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "deletion_request.erased";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        deletion_request_id: string;
                        /**
                         * @description Of the request when this happened
                         * @enum {string}
                         */
                        state: "received" | "awaiting_verification" | "awaiting_approval" | "on_hold" | "queued" | "unlearning" | "verifying" | "awaiting_promotion" | "completed" | "completed_no_data" | "denied" | "cancelled" | "failed" | "needs_review" | "partially_completed";
                        /** @description ETag of that state: what is read now may be later */
                        version: number;
                        run_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onRunAwaitingPromotion: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "run.awaiting_promotion";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        run_id: string;
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        model_id: string;
                        /** @enum {string} */
                        state: "planned" | "unlearning" | "verifying" | "awaiting_promotion" | "published" | "needs_review" | "failed" | "cancelled" | "superseded" | "split";
                        verdict: ("passed" | "failed" | "inconclusive") | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onRunFinished: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "run.finished";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        run_id: string;
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        model_id: string;
                        /** @enum {string} */
                        state: "planned" | "unlearning" | "verifying" | "awaiting_promotion" | "published" | "needs_review" | "failed" | "cancelled" | "superseded" | "split";
                        verdict: ("passed" | "failed" | "inconclusive") | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onCertificateIssued: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "certificate.issued";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        certificate_id: string;
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        deletion_request_id: string;
                        run_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onCertificateRevoked: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "certificate.revoked";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        certificate_id: string;
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        deletion_request_id: string;
                        run_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onCheckpointPublished: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "checkpoint.published";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        model_id: string;
                        /** @description Content address */
                        checkpoint_id: string;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                        /** @description What it answered from before */
                        parent_id: string;
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        run_id: string;
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onCheckpointReplaced: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "checkpoint.replaced";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        model_id: string;
                        /** @description Content address */
                        checkpoint_id: string;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                        /** @description What the model answers from now */
                        replaced_by: string;
                        /** @description How many have not heard yet */
                        recipients: number;
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onCheckpointRetired: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "checkpoint.retired";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        model_id: string;
                        /** @description Content address */
                        checkpoint_id: string;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onCheckpointDeleted: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "checkpoint.deleted";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        model_id: string;
                        /** @description Content address */
                        checkpoint_id: string;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onRestrictionPlaced: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "restriction.placed";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        restriction_id: string;
                        deletion_request_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onRestrictionEnding: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "restriction.ending";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        restriction_id: string;
                        deletion_request_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onRestrictionLifted: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "restriction.lifted";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        restriction_id: string;
                        deletion_request_id: string | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onModelDeleted: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "model.deleted";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        model_id: string;
                        /** @description How many have not heard yet */
                        recipients: number;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onCorpusDeleted: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "corpus.deleted";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        corpus_id: string;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onVerificationFinished: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "verification.finished";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        verification_id: string;
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        model_id: string;
                        /** @description Content address */
                        checkpoint_id: string;
                        /** @enum {string} */
                        state: "done" | "failed";
                        verdict: ("passed" | "failed" | "inconclusive") | null;
                        /** @description Whether the checkpoint is in use */
                        active: boolean;
                        came_back: string[] | null;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onWebhookTest: {
        parameters: {
            query?: never;
            header: {
                /** @description Of the event: the same in every attempt, so that a repeated one can be told */
                "webhook-id": string;
                /** @description Of the attempt, in seconds since 1970; refuse what is minutes old */
                "webhook-timestamp": number;
                /** @description By spaces: v1 (HMAC-SHA-256) and v1a (ed25519) of each key, over `id.timestamp.body`; one that verifies suffices */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    type: "webhook.test";
                    /**
                     * Format: date-time
                     * @description When it happened, not when it was sent
                     */
                    timestamp: string;
                    data: {
                        /**
                         * Format: uuid
                         * @description UUID version 7
                         */
                        webhook_endpoint_id: string;
                        links: {
                            /** @description Path of what it is about, on the host of the service */
                            self: string;
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Nobody listens here any more: the endpoint is disabled */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too much: nothing is sent before Retry-After (a day at most); 502, 503 and 504 likewise */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Taken. Anything else is tried again, redirects included */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
