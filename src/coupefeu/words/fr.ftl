### Français. Chaque clé existe aussi dans en.ftl et ru.ftl, avec les mêmes valeurs.

exercise = EXERCICE

precedence-flash = FLASH
precedence-immediate = IMMÉDIAT
precedence-priority = URGENT
precedence-routine = ROUTINE

subject-safety = SÉCURITÉ
subject-notice = NOTIFICATION
subject-clarification = ÉCLAIRCISSEMENT
subject-protest = PROTESTATION
subject-service = SERVICE
subject-unknown = illisible

form-1 = ESSAI DE LIAISON
form-2 = MESSAGE DE SERVICE
form-3 = TEXTE LIBRE
form-4 = AVERTISSEMENT
form-5 = DEMANDE D’EXPLICATION
form-6 = RÉPONSE
form-7 = RECTIFICATION
form-8 = ANNULATION
form-9 = CONTACT PAR UNE AUTRE VOIE
form-10 = PHRASE CONVENUE
form-unknown = FORMULE INCONNUE

header-precedence = DEGRÉ D’URGENCE
header-from = DE
header-to = À
header-subject = OBJET
header-number = NUMÉRO DU MESSAGE
header-time = DATE ET HEURE
header-agreement = RÉFÉRENCE DE L’ACCORD
header-reference = RÉFÉRENCE DE MESSAGE
header-content = CONTENU
header-remarks = OBSERVATIONS
header-end = FIN DU MESSAGE { $number }
agreement-version = { $name }, version { $version }
not-stated = non indiqué
address = { $title } ({ $address })

field-officer = Officier
field-word = Mot d’exécution
field-place = Lieu
field-time = Heure
field-number = Nombre
field-phrase = Phrase
field-passage = Passage
field-channel = Voie
field-counterpart = Avec
field-text = Texte
original-in = Texte original, { $original }
attachment = Pièce jointe { $number } : { $name }, { $size } octets
attachment-held = présente
attachment-awaited = pas encore arrivée
attachment-beyond = non demandée, { $agreed } octets au plus sont convenus
attachment-not-ours = pas pour cette partie
attachment-arrived = La pièce jointe { $number } de { $message } est présente.
attachment-saved = Enregistrée sous { $path }
attachment-count = Pièces jointes : { $count }, présentes : { $held }
language-en = en anglais
language-fr = en français
language-ru = en russe
language-other = langue { $code }

operative-1 = CESSEZ
operative-2 = ÉPARGNEZ
channel-1 = TÉLÉPHONE
channel-2 = ATTACHÉ
channel-3 = LETTRE
outcome-1 = TRANSMIS À
outcome-2 = ARRÊTÉ À
outcome-3 = IMPOSSIBLE
outcome-4 = PAS À NOUS

chain = CHAÎNE CHEZ { $party }
step-on-their-record = À LEUR JOURNAL
step-shown = AFFICHÉ SUR { $screens ->
    [0] UN ÉCRAN
    [one] { $screens } ÉCRAN
   *[other] { $screens } ÉCRANS
}
step-shown-idle = AFFICHÉ SUR { $screens ->
    [one] { $screens } ÉCRAN
   *[other] { $screens } ÉCRANS
}, PERSONNE N’A AGI
step-taken-by = PRIS EN CHARGE PAR
step-read-by = LU PAR
step-read-back = COLLATIONNÉ
step-passed-to = TRANSMIS À
step-outcome = SUITE DONNÉE
step-answered = RÉPONDU
machine = machine
not-yet = pas encore
not-asked = rien à collationner
by-reply = RÉPONSE { $number }
clock-left = reste { $time }, échéance { $due }
clock-overdue = HORS DÉLAI de { $time }, échéance { $due }
clock-met = dans le délai, { $time } avant l’échéance
clock-missed = { $time } après l’échéance
clock-stopped = décompte arrêté { $time } avant l’échéance
clock-stopped-late = décompte arrêté { $time } après l’échéance
read-back-matches = conforme
read-back-differs = NON CONFORME
say-again = RÉPÉTEZ
say-again-field = RÉPÉTEZ le champ { $field }
claimed = ils indiquent { $time }

difference-invisible = caractère invisible : envoyé { $sent }, saisi { $typed }
difference-look-alike = même aspect, autre caractère : envoyé { $sent }, saisi { $typed }
difference-digit = chiffre d’une autre écriture : envoyé { $sent }, saisi { $typed }
difference-minus = autre signe moins : envoyé { $sent }, saisi { $typed }
difference-space = espace inhabituelle : envoyé { $sent }, saisi { $typed }
difference-missing = manque : { $sent }
difference-extra = en trop : { $typed }
difference-other = différent : envoyé { $sent }, saisi { $typed }
difference-surplus = saisi, mais ce champ n’existe pas : { $typed }
nothing = rien

warned-title = SIGNALÉ DANS LE TEXTE
warned-direction = caractère qui change le sens de l’écriture : { $name }
warned-invisible = caractère invisible : { $name }
warned-control = caractère de commande : { $name }
warned-look-alike = lettre qui ressemble à une autre : { $name }
warned-digit = chiffre d’une autre sorte : { $name }
warned-minus = tiret à la place d’un signe moins : { $name }
warned-space = espace inhabituelle : { $name }
warned-flood = trop de signes sur une lettre : { $name }
warned-signature-line = ligne qui imite une signature ; ce n’est que du texte
warned-forged-mark = signe qui imite une de nos marques : { $name }
warned-shortened = le texte est plus long que ce qui est affiché

time-before-bracket = l’heure inscrite est antérieure à ce qui est possible
time-after-bracket = l’heure inscrite est postérieure à ce qui est possible
time-late = arrivé longtemps après l’heure inscrite
time-stopped-before = arrêté avant l’envoi du message

proof-follows = preuve à suivre
one-sided = UNILATÉRAL : l’autre Partie n’a pas confirmé ce contact
confirmed-by = CONFIRMÉ PAR
corrected-by = RECTIFIÉ PAR { $numbers }
cancelled-by = ANNULÉ PAR { $numbers }
answered-by = RÉPONSE DANS { $numbers }
no-effect = SANS EFFET : { $reason }
marked = SIGNALÉ : { $reason }
without-effect = Sans effet

act-16 = MESSAGE
act-17 = AFFICHÉ
act-18 = PRIS EN CHARGE
act-19 = LU
act-20 = COLLATIONNÉ
act-21 = RÉPÉTEZ
act-22 = TRANSMIS À
act-23 = SUITE DONNÉE
act-24 = CONTACT CONFIRMÉ
act-33 = RÉPONSE À L’ESSAI DE LIAISON
act-48 = QUART PRIS
act-49 = FIN DE QUART

effect-unreadable-head = l’entrée est illisible
effect-unreadable-body = le contenu est illisible
effect-unknown-form = formule inconnue de ce nœud
effect-unknown-field = un champ est inconnu de ce nœud
effect-form-not-of-kind = la formule ne convient pas à ce genre d’entrée
effect-subject-not-of-form = la formule n’admet pas cet objet
effect-protest-flash = une PROTESTATION n’est jamais FLASH
effect-missing-reference = aucun message n’est désigné
effect-unknown-message = le message désigné n’est pas au journal ici
effect-foreign-post = le poste n’appartient pas à la Partie qui l’a écrit
effect-own-message = une Partie ne peut faire cela de son propre message
effect-not-addressed = le message n’est pas adressé à cette Partie
effect-post-not-addressed = le message n’est pas adressé à ce poste
effect-already-taken = déjà pris en charge
effect-not-a-contact = le message n’est pas un contact par une autre voie
effect-not-a-line-test = le message n’est pas un essai de liaison
effect-of-a-line-test = les nœuds répondent d’eux-mêmes à un essai de liaison ; personne n’a à y donner suite
effect-not-the-author = seul l’auteur peut rectifier ou annuler un message
effect-not-a-request = ce n’est pas la réponse à une demande d’explication de l’autre Partie
effect-missing = manque : { $part }
effect-unexpected = étranger à cette formule : { $part }
effect-bad = non valable : { $part }
effect-long = trop long : { $part }
effect-other = non valable ({ $part })

part-text = texte
part-attachments = pièces jointes
part-passages = passages marqués
part-operative = mot d’exécution
part-place = lieu
part-time-ms = heure
part-time = heure
part-numbers = nombres
part-phrase = phrase
part-slots = valeurs de la phrase
part-channel = voie
part-counterpart = interlocuteur
part-template = texte de l’essai de liaison
part-officer = officier
part-screens = nombre d’écrans
part-field = numéro du champ
part-recipient = destinataire
part-typed = ce qui a été saisi
part-outcome = suite donnée
part-reason = raison
part-heard = si l’alarme a été entendue

inbox-open = { $open ->
    [one] { $open } message ouvert
   *[other] { $open } messages ouverts
}, { $overdue } hors délai, sur les { $looked } derniers ; à { $time }.
inbox-none = Rien d’ouvert parmi les { $looked } derniers messages, à { $time }.
inbox-truncated = Seuls les { $limit } derniers de chaque degré d’urgence ont été examinés, et les { $limit } FLASH en attente depuis le plus longtemps.
inbox-flood = { $count } autres messages de { $party } sonnent en une seule alarme ; cadence : { $rate } par minute.
inbox-latest = Les { $count } derniers messages, du plus récent au plus ancien ; à { $time }.
inbox-from = de
inbox-to = à
inbox-ago = il y a { $time }
inbox-then = puis

labelled = { $name } : { $value }
recorded-as = Inscrit à notre journal : { $number }.
said = Inscrit à notre journal : { $number }, { $time } : { $what }, à { $posts }.
said-signed = { $party } a signé.
said-unsigned = Leur nœud n’a pas encore signé.
said-stopped = Ce nœud est arrêté : le message partira quand il sera en marche (`coupefeu up`).
said-chain = Sa chaîne : { $command }
ask-again = Pour faire répéter : { $command }
take-it = Pour le prendre en charge : { $command }
line-up = Ligne avec { $party } : établie ; leur nœud répond.
line-late = Ligne avec { $party } : établie ; leur nœud n’a pas répondu récemment.
line-down = Ligne avec { $party } : coupée.
events-missed = { $count } événements n’ont pas été affichés : voir `coupefeu inbox` et `coupefeu record`.

## The watch.

watch-taken = De quart à partir de maintenant : { $post }. L’autre Partie le voit.
watch-left = N’est plus de quart : { $post }. Les messages partent et sonnent quand même.
watch-heard = L’alarme a été entendue ici.
watch-not-heard = L’ALARME N’A PAS ÉTÉ ENTENDUE ici.
watch-check-alarm = Vérifiez le haut-parleur, le volume et le câble, puis prenez le quart de nouveau.
watch-ask = L’alarme sonne maintenant. L’avez-vous entendue ?

phrase-01 = Cessez le feu à { $place }.
phrase-02 = Nous avons cessé le feu à { $place } à { $time }.
phrase-03 = Nous sommes sous le feu à { $place }.
phrase-04 = Notre aéronef est égaré près de { $place }. Ne tirez pas sur lui.
phrase-05 = Un lancement accidentel est en cours. Impact attendu à { $place } à { $time }.
phrase-06 = Notre bâtiment ou aéronef est en détresse à { $place }.
phrase-07 = Un sauvetage est en cours à { $place } jusqu’à { $time }.
phrase-08 = Nous demandons un passage sûr à { $place } à partir de { $time }.
phrase-09 = Nous accordons un passage sûr à { $place } à partir de { $time }.
phrase-10 = Tenez-vous à l’écart de { $place } jusqu’à { $time }.
phrase-11 = Nous nous tenons à l’écart de { $place } jusqu’à { $time }.
phrase-12 = Votre aéronef près de { $place } est trop proche du nôtre. Gardez cette distance en kilomètres : { $number }.
phrase-13 = Votre bâtiment près de { $place } est trop proche du nôtre. Gardez cette distance en milles marins : { $number }.
phrase-14 = Des civils se trouvent à { $place }. Nombre de personnes : { $number }.
phrase-15 = Notre personnel se trouve à { $place }. Nombre de personnes : { $number }.
phrase-16 = Nous n’avons pas de forces à { $place }.
phrase-17 = Que font vos forces à { $place } ?
phrase-18 = L’activité à { $place } a pris fin à { $time }.
phrase-19 = Nous nous renseignons. Nous répondrons avant { $time }.
phrase-20 = Nous sommes d’accord.
phrase-21 = Nous ne sommes pas d’accord.
phrase-22 = Nous ne comprenons pas. Dites-le en d’autres mots.
phrase-23 = Nous proposons de parler de vive voix à { $time }.
phrase-24 = Cette ligne sera hors service jusqu’à { $time }.

line-test-1 = ABCDEFGHIJKLMNOPQRSTUVWXYZ ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ 0123456789
line-test-2 = La rivière naît dans les collines et coule lentement vers la mer.
line-test-3 = Une bibliothèque prête des livres à ses lecteurs pour trente jours.
line-test-4 = Des chênes, des hêtres et des tilleuls bordent la route de la gare.
line-test-5 = Le musée ouvre à dix heures du matin et ferme à six heures du soir.
line-test-6 = Le pain est fait de farine, d’eau, de sel et de levure.

## The console: signing in.

ui-enter = Ouverture de session…
ui-enter-refused = Ce lien n’a pas ouvert de session
ui-enter-none = L’adresse n’a pas de clé : la partie après # manque. Ouvrez le lien entier.
ui-enter-unknown = Ce lien n’est pas connu ici. Il vient d’un autre nœud, ou ce nœud a été redémarré depuis.
ui-enter-used = Ce lien a déjà servi. Chaque lien ouvre une session dans un seul navigateur, une seule fois.
ui-enter-used-by-whom = Si ce n’est pas vous qui l’avez utilisé, quelqu’un d’autre est maintenant à cette console. Prévenez tout de suite le responsable de ce nœud ; ceci ferme toutes les sessions :
ui-enter-expired = Ce lien a expiré. Un lien vaut dix minutes.
ui-enter-displaced = Ce lien a pris fin : toutes les sessions ont été fermées, ou beaucoup de liens plus récents ont été créés.
ui-enter-guesses = Trop de liens faux sont venus de cette adresse. Attendez quelques secondes, puis réessayez.
ui-enter-unreachable = Notre nœud n’a pas répondu. Réessayez ; si le lien est alors dit déjà utilisé, demandez-en un autre.
ui-enter-again = Réessayer
ui-enter-signed-in = Ce navigateur a une session ouverte : { $post }.
ui-enter-open = Ouvrir la console

## The console: shell, Line and Messages.

ui-unknown = inconnu
ui-close = Fermer
ui-loading = Interrogation de notre nœud…
ui-skip = Vers le contenu de la page
ui-pages = Pages
ui-page-line = Ligne
ui-page-messages = Messages
ui-page-record = Journal
ui-page-agreement = Accord
ui-page-api = API
ui-language = Langue
ui-theme-system = Lumière : du système
ui-theme-light = Lumière : jour
ui-theme-dark = Lumière : nuit
ui-sign-out = Quitter
ui-keys = Touches
ui-keys-on = Les touches seules sont actives
ui-not-live = PAS EN DIRECT
ui-not-live-since = PLUS EN DIRECT depuis { $time }
ui-not-live-hint = Notre nœud ne répond pas à cette page. Ce qui figure ci-dessous est ancien. La page réessaie sans cesse ; ce que vous avez saisi est conservé.
ui-unreachable = Notre nœud n’a pas répondu.
ui-unreachable-hint = Ce que vous avez saisi est conservé. Appuyez de nouveau : la même entrée n’est jamais faite deux fois.
ui-signed-out = Personne n’est connecté ici
ui-signed-out-hint = La personne qui exploite ce nœud imprime un lien à usage unique avec cette commande ; ouvrez-le dans ce navigateur :
ui-signed-out-kept = Les brouillons saisis dans cet onglet sont conservés jusqu’à sa fermeture.
ui-refused = Refusé.
ui-what-to-do = Que faire
ui-coverage = { $shown } affichés sur { $total } ; { $looked } examinés ; à { $time }.
ui-coverage-truncated = Les plus anciens n’ont pas été examinés.
ui-line-unknown = Ligne avec { $party } : inconnue.
ui-count-open = { $count ->
    [one] { $count } ouvert
   *[other] { $count } ouverts
}
ui-count-overdue = { $count } hors délai
ui-clock-ours = { $party }, notre horloge, UTC
ui-clock-theirs = { $party }, selon leur nœud
ui-watch-at = Quart chez { $party } :
ui-watch-nobody = personne au journal
ui-watch-not-heard = alarme non entendue
ui-our-node = notre nœud
ui-their-node = leur nœud
ui-bearers = Voies
ui-bearers-none = aucune voie n’est établie
ui-bearer-down = coupée
ui-bearer-trying = en essai
ui-bearer-open = connectée, leur nœud ne s’est pas encore fait connaître
ui-bearer-proven = leur nœud s’est fait connaître
ui-bearer-we-dial = nous appelons
ui-bearer-they-dial = ils appellent
ui-state-for = { $state }, depuis { $time }
ui-so-for = depuis { $time }
ui-since-start = depuis le démarrage de notre nœud
ui-since = depuis { $time }, { $age }
ui-as-their-node-says = selon le nœud de { $party }
ui-heartbeat = Signal de vie de leur nœud
ui-heartbeat-answers = Leur nœud répond
ui-heard = dernier signal { $time }, { $age }
ui-heard-never = rien reçu depuis le démarrage de notre nœud
ui-last-machine = Dernière entrée de leurs machines :
ui-watch-theirs = Leur quart
ui-watch-heard = leur alarme a été essayée et entendue
ui-watch-nobody-hint = Personne de leur permanence n’a inscrit au journal qu’il assure le quart.
ui-answer = Dernière réponse d’une personne
ui-answer-none = Aucun acte d’une personne de chez eux n’est au journal ici.
ui-round-trip = aller-retour
ui-clock-difference = leur horloge moins la nôtre
ui-queued = en attente de départ
ui-in-flight = parti, pas encore signé
ui-refused-datagrams = datagrammes refusés
ui-their-node-busy = Leur nœud se dit occupé : il reprendra nos entrées plus tard.
ui-fetching = Pièce jointe { $number } de { $message } en route vers nous
ui-overdue = Hors délai
ui-overdue-none = Rien n’est hors délai parmi les { $looked } messages examinés, à { $time }.
ui-line-tests = Essais de liaison
ui-line-tests-none = Aucun essai de liaison parmi les { $looked } messages examinés, à { $time }.
ui-line-test-text = Texte de l’essai de liaison
ui-line-test-send = Envoyer un essai de liaison
ui-from-to = { $from } à { $to }
ui-row-awaited = { $party } : { $step }
ui-row-overdue = HORS DÉLAI de { $time }
ui-row-nothing-awaited = rien d’attendu
ui-row-cancelled = ANNULÉ
ui-write = Rédiger un message
ui-open = Ouverts, le plus urgent d’abord
ui-all-newest = Tous, du plus récent au plus ancien
ui-none-of = Aucun des { $looked } messages examinés ne répond à ces critères, à { $time }.
ui-key-next = Message suivant
ui-key-previous = Message précédent
ui-key-search = Rechercher
ui-filter = Filtre
ui-filter-text = Mots du message, ou son numéro
ui-filter-all = tous
ui-filter-open = ouverts seulement
ui-filter-clear = Tout afficher de nouveau
ui-form = FORMULE
ui-back-to-messages = Tous les messages
ui-on-record-not-shown = À leur journal ; aucun écran ne l’a affiché.
ui-letter = Le message
ui-when-sent = à l’envoi
ui-critical = passage critique
ui-attachment-beyond = non demandée, plus grande que ce qui est convenu
ui-acts = Ce que vous pouvez faire
ui-act-take = PRENDRE EN CHARGE
ui-act-read = J’AI LU
ui-act-read-back = COLLATIONNER
ui-act-say-again = FAIRE RÉPÉTER
ui-act-pass-to = TRANSMETTRE
ui-act-outcome = SUITE DONNÉE
ui-act-confirm = CONFIRMER LE CONTACT
ui-correct = Rectifier
ui-cancel-message = Annuler
ui-reply = Répondre
ui-put-on-record = Inscrire au journal
ui-to-whom = À qui : un poste ou une unité
ui-why-not = Pourquoi c’est impossible
ui-not-clear = Ce qui n’est pas clair
ui-remark = Observation
ui-outcome-which = Ce qu’il en est advenu
ui-stopped-when = Heure de l’arrêt
ui-which-part = Quelle partie
ui-whole-message = tout le message
ui-read-back-how = Lisez chaque partie marquée et saisissez-la ici de nouveau. Les deux nœuds la comparent, caractère par caractère, à ce qui a été envoyé ; une différence est inscrite aussi, et nommée.
ui-not-pasted = Saisissez-le de nouveau : un texte collé ne prouve rien.
ui-type-word = Le mot d’exécution, dans l’une des trois langues.
ui-type-place = Le lieu, exactement comme il est écrit.
ui-type-time = L’heure en groupe date-heure, par exemple 240312Z MAR 22.
ui-type-number = Le nombre en chiffres.
ui-type-phrase = Les deux chiffres de la phrase.
ui-type-passage = Le passage marqué, mot pour mot.
ui-sent = envoyé
ui-typed = saisi
ui-about-message = Le message dont il s’agit : { $number }
ui-which-form = Quelle formule
ui-form-warning = Cesser, ou épargner, ce qui est en un lieu. La suite donnée est attendue.
ui-form-standard-phrase = L’une des 24 phrases convenues ; chacun la lit dans sa langue.
ui-form-request-for-explanation = Demander ce qu’est ou ce qu’était quelque chose. Une réponse est attendue.
ui-form-free-text = Tout autre propos, avec vos propres mots.
ui-form-contact = Inscrire un contact par téléphone, attaché ou lettre ; il leur est demandé de le confirmer.
ui-form-service-message = Sur la ligne elle-même : son service, son matériel.
ui-operative-1 = ce que vous faites en ce lieu
ui-operative-2 = ce qui s’y trouve
ui-counterpart-hint = L’interlocuteur, par sa fonction.
ui-place-hint = Comme les deux Parties l’écrivent, par exemple 36.1 N 38.0 E.
ui-time-hint = UTC : 0312Z pour aujourd’hui, 240312Z MAR 22, ou now (maintenant).
ui-numbers-hint = En chiffres ; plusieurs, séparés par une espace.
ui-number-hint = En chiffres.
ui-subject-hint = Les objets restent séparés, pour qu’une protestation ne cache jamais un avertissement.
ui-as-earlier = comme le message dont il s’agit
ui-means-flash = Sonne à leur permanence jusqu’à ce que quelqu’un le prenne en charge.
ui-means-immediate = Avant tout sauf un FLASH ; ne sonne pas.
ui-means-priority = Avant la routine ; ne sonne pas.
ui-means-routine = À son tour ; ne sonne pas.
ui-choose = choisir
ui-select-first = Sélectionnez d’abord le passage dans le texte.
ui-passage-long = Un passage compte { $characters } caractères au plus, un message { $passages } passages.
ui-mark-critical = Marquer la sélection comme critique
ui-critical-passages = Passages critiques : à collationner exactement.
ui-passage-gone = ne figure plus dans le texte
ui-unmark = Retirer la marque
ui-text-language = Langue du texte
ui-to-agreed = selon l’accord : un FLASH aux permanences, les autres à l’homologue de votre poste
ui-to-chosen = à des postes choisis ici
ui-files = Pièces jointes
ui-files-hint = Choisissez ou déposez des fichiers ici : { $files } au plus, { $bytes } octets chacun.
ui-file-refused = { $name } n’est pas pris : { $files } fichiers au plus, chacun de 1 à { $bytes } octets.
ui-file-remove = Retirer
ui-preview = Comme ils le liront
ui-preview-in = Comme ils le liront : { $language }
ui-preview-missing = Manque encore : { $parts }.
ui-preview-none = Notre nœud ne l’a pas encore présenté.
ui-send = Envoyer
ui-send-flash = Envoyer le FLASH
ui-send-flash-ask = Envoyer un FLASH ?
ui-send-flash-to = À { $to }.
ui-send-flash-means = Il couvre tous les écrans de leur permanence et sonne jusqu’à ce que quelqu’un le prenne en charge. Il ne peut être rappelé ; un autre message peut le rectifier ou l’annuler.
ui-throw-away = Jeter le brouillon
ui-draft-kept = Ce que vous saisissez est conservé dans cet onglet malgré un rechargement ou une ligne coupée.

## La console : la démonstration, sa bande de cinq étapes. `here` : sur cette page ; `there` : sur celle de l’autre côté.

ui-demo-title = Les cinq premières minutes
ui-demo-count = { $done } étapes faites sur { $all }
ui-demo-fold = Moins de texte
ui-demo-unfold = Tout montrer
ui-demo-done = FAIT { $time }
ui-demo-end = Les cinq étapes sont faites. La ligne reste établie : continuez à votre gré.

ui-demo-flash = FLASH depuis US
ui-demo-flash-here = Écrire un message, choisir FLASH, l’envoyer :
ui-demo-flash-there = Sur la page de US : écrire un message, choisir FLASH, l’envoyer.
ui-demo-flash-link = Nouveau message
ui-demo-flash-fact = Un FLASH figure au journal de US.

ui-demo-hear = L’entendre chez RU
ui-demo-hear-here = Cette page sonne, et le FLASH la recouvre. Pas de son ? Un navigateur attend une première touche ou un appui dans la page.
ui-demo-hear-there = La page de RU sonne, et le FLASH la recouvre. Pas de son ? Un navigateur attend une première touche ou un appui dans cette page-là.
ui-demo-hear-fact = Le nœud de RU dit qu’un écran l’a affiché.

ui-demo-take = Le prendre en charge
ui-demo-take-here = Entrée ou T le prend en charge : cela dit qui s’en occupe, et rien de plus.
ui-demo-take-there = Sur la page de RU, Entrée ou T le prend en charge. Ici, la chaîne du message dit ensuite qui l’a fait.
ui-demo-take-fact = RU a inscrit à son journal qui l’a pris en charge.

ui-demo-break = Couper la liaison
ui-demo-break-here = Le chemin est réellement coupé ; les deux pages le remarquent en quelques secondes, et ce qu’on envoie entre-temps attend.
ui-demo-break-fact = Les deux nœuds ont dit que la ligne était coupée.
ui-demo-cut = Couper la liaison
ui-demo-broken = La liaison est coupée.
ui-demo-restore = Rétablir la liaison

ui-demo-verify = Vérifier le journal
ui-demo-verify-here = Faire contrôler les deux journaux par notre nœud, comme le ferait un inconnu :
ui-demo-verify-link = Journal
ui-demo-verify-fact = Les deux journaux sont cohérents ; rien de plus n’est prouvé.

## The console: FLASH, alarms and the watch.

ui-flash-title = FLASH { $number } ({ $count })
ui-flash-name = FLASH { $number }
ui-flash-age = arrivé il y a { $time }
ui-flash-count = { $count } FLASH en attente ; celui-ci attend depuis le plus longtemps
ui-flash-says = Ce qu’il dit
ui-flash-they-say = { $time }, selon eux
ui-flash-loading = Demande à notre nœud ce qu’il dit. On peut le prendre en charge tout de suite.
ui-flash-take = PRENDRE EN CHARGE
ui-flash-means = Cela inscrit au journal que ce poste s’en occupe, et arrête le son à toutes les consoles. Ce que vous écriviez est conservé.
ui-flash-keys = Entrée ou T le prend en charge ; rien d’autre.
ui-flash-wait = Les touches sont ignorées un instant, pour que ce que vous tapiez ne prenne rien en charge.
ui-flash-dead = Notre nœud ne répond pas : rien ne peut être inscrit au journal. Le son continue. Agissez par un autre moyen ; appuyez de nouveau quand il répond.
ui-flash-aside = Mettre de côté sur cette page jusqu’à ce que notre nœud réponde
ui-taken-title = { $number } est pris en charge. Et maintenant ?
ui-taken-others = Pris en charge avant :
ui-taken-back = Retour à ce qui était ici
ui-taken-open = Ouvrir le message et sa chaîne
ui-sound-asleep = CETTE PAGE NE PEUT PAS SONNER.
ui-sound-asleep-why = Le navigateur ne laisse sonner une page qu’après une touche ou un appui. Appuyez sur une touche, ou sur le bouton.
ui-sound-discarded = Le navigateur avait mis cet onglet de côté : jusqu’ici il ne montrait rien et ne pouvait pas sonner.
ui-sound-wake = Laisser sonner
ui-outcome-title = HORS DÉLAI { $number }
ui-outcome-overdue = { $count ->
    [one] La suite donnée à { $count } message est hors délai :
   *[other] La suite donnée à { $count } messages est hors délai :
}
ui-outcome-more = et { $count } de plus
ui-outcome-ends = Cela sonne jusqu’à ce que la suite donnée soit au journal, ou que vous disiez l’avoir entendu.
ui-outcome-heard = Entendu : arrêter le son sur cette page
ui-our-flash = Notre FLASH
ui-our-flash-not-there = pas encore à leur journal
ui-our-flash-nobody = Personne n’y a agi, { $time } après l’envoi.
ui-duty-take = Prendre le quart
ui-duty-again = Reprendre le quart
ui-duty-leave = Quitter le quart
ui-duty-post = À ce poste :
ui-duty-why = L’alarme de cette page est jouée, et vous dites si vous l’avez entendue. Votre réponse est inscrite au journal, et l’autre Partie voit qui est de quart.
ui-duty-play = Jouer l’alarme
ui-duty-rendered = Le navigateur la joue maintenant. Vous seul pouvez dire si on l’entend.
ui-duty-not-rendered = Le navigateur ne la joue pas : cette page ne peut pas sonner.
ui-duty-yes = Oui, je l’ai entendue
ui-duty-no = Non
ui-duty-check = À vérifier, puis essayez de nouveau :
ui-duty-check-volume = le volume de cette machine et celui du haut-parleur
ui-duty-check-tab = si cet onglet, ou tout le navigateur, est muet (haut-parleur barré dans l’onglet)
ui-duty-check-output = vers quel appareil cette machine envoie le son
ui-duty-check-cable = le câble et l’alimentation du haut-parleur
ui-duty-retry = Jouer de nouveau
ui-duty-leave-means = L’autre Partie voit que personne n’est de quart à ce poste. Les messages arrivent et sonnent quand même.
