"""Words by which languages in Latin letters are told apart: those of every sentence, and of what a city is asked.

Written for this program from general knowledge of the languages; what many languages share counts for each.
"""

from __future__ import annotations

__all__ = ["MARKS", "WORDS"]

#: Language: its words, the commonest first.
WORDS: dict[str, str] = {
    "en": """
        the and to of is in it you that for on with my we are was not have this they be at there can please
        from has i our he she me your his her do does did will would could should no yes but or if so as by
        an a what when where who how why which after before every day night street road house home flat
        water light lamp broken need help someone somebody nobody since week month near car park school
        child children old new very too been out up down off over again still only about all some any more
        than into their them its lost found want like get does doesn't don't can't isn't it's i'm no one
        hours minutes money work doctor neighbour noise rubbish tree bus stop come came fix repair thank
        thanks hello dear just now hospital visit tomorrow morning building pavement sidewalk graffiti
        garbage cleaning dog public
        """,
    "es": """
        de la que el en y a los se del las un por con no una su para es al lo como más pero sus le ya o este
        sí porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante
        todos uno les ni contra otros ese eso ante ellos e esto mí antes algunos qué unos yo otro otras otra
        él tanto esa estos mucho calle casa agua luz basura ruido vecino vecinos necesito ayuda favor
        gracias hola está están tengo tiene mi hace días noche semana niños escuela roto rota farola acera
        coche hospital médico trabajo barrio puede pueden señor señora buenos
        """,
    "fr": """
        de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec
        son je nous vous ils elle mais ou si leur y dont tout être cette été aux ses lui ont fait comme sans
        sa on mon ma mes très deux même aussi bien où peut votre notre quand depuis j'ai c'est n'est qu'il
        l'eau d'un d'une rue maison eau lumière bruit voisin voisins besoin aide bonjour merci ordures
        poubelle lampadaire trottoir enfants école voiture médecin travail jours nuit semaine cassé cassée
        panne s'il plaît faire avoir suis
        """,
    "de": """
        der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden
        aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur
        oder aber vor zur bis mehr durch man sein wurde sei ich wir ihr mein meine unser unsere kann können
        bitte seit wenn wo wer was hier straße strasse haus wohnung wasser licht lampe kaputt hilfe brauche
        brauchen lärm nachbar müll kinder schule auto arzt arbeit tage tagen nacht woche keine kein danke
        hallo guten tag sehr schon immer wieder
        """,
    "pt": """
        de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem
        à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois
        sem mesmo aos ter seus quem nas me esse eles estão você tinha foram essa num nem suas meu às minha
        têm numa pelos rua casa água luz lixo barulho vizinho vizinhos preciso precisamos ajuda obrigado
        obrigada olá favor dias noite semana crianças escola carro médico trabalho quebrado quebrada poste
        calçada buraco bairro faz
        """,
    "it": """
        di che è e la il un a per in una mi sono ho non ma lo ha le si ti i con cosa se io come da ci no
        questo qui hai sei del bene tu sì me più al mio perché lei solo gli te era della so dei nel alla
        delle anche quando dove chi nella tutto molto fatto essere sul sulla dal dalla degli casa strada via
        acqua luce rumore vicini bisogno aiuto grazie buongiorno rifiuti lampione marciapiede bambini scuola
        macchina medico lavoro giorni notte settimana rotto rotta guasto favore abbiamo può nostra nostro
        """,
    "nl": """
        de het een en van ik te dat die in is niet zijn op aan met als voor had er maar om hem dan zou wat
        mijn men dit zo door over ze bij ook tot je mij uit der daar haar naar heb hoe heeft hebben deze u
        want nog kan worden wij geen onze ons straat huis water licht lamp kapot hulp nodig lawaai buren
        vuilnis kinderen school auto dokter werk dagen nacht week al sinds graag dank bedankt hallo
        goedendag kunt iemand staat
        """,
    "pl": """
        w i na z nie się do że jest o to jak za od po co tak ale czy przez dla jego jej są był była było ma
        już tylko może ten ta te tego przy mnie mi my jestem mam można bardzo kiedy gdzie kto proszę
        dziękuję dzień dobry ulica ulicy dom woda wody światło hałas sąsiad sąsiedzi pomoc pomocy potrzebuję
        śmieci lampa chodnik dzieci szkoła samochód lekarz praca dni noc tydzień zepsuta zepsuty działa od
        naszym nasza
        """,
    "tr": """
        ve bir bu da de için ile çok ne o daha gibi var olarak kadar sonra ama ben en her mi mı olan ki
        değil yok biz sen onu beni bana şu hem ya sokak sokakta ev evde su ışık lamba bozuk yardım ihtiyacım
        gürültü komşu çöp çocuk çocuklar okul araba doktor iş gün gündür gece hafta lütfen teşekkürler
        merhaba mahalle elektrik kesik yanmıyor istiyorum oldu nasıl nerede kim bizim benim
        """,
    "ro": """
        de și în la a cu nu pe o un este că din care mai să se pentru sunt am au ce ca dar sau fi fost prin
        după fără până când unde cine noi eu mea meu nostru noastră foarte vă rog mulțumesc bună ziua stradă
        strada casă apă lumină zgomot vecin vecini ajutor nevoie gunoi copii școală mașină medic lucru zile
        noapte săptămână stricat stricată avem aici asta acest această
        """,
    "vi": """
        và của là có không được cho một người các trong này với những đã để tôi khi ở đến về như từ nhà ra
        lại vào cũng nhiều ông bà anh chị em con mẹ bố nước đường điện đèn hỏng bị cần giúp đỡ xin chào cảm
        ơn rác tiếng ồn hàng xóm trẻ trường xe bác sĩ việc làm ngày đêm tuần mất sửa rất quá ai đâu bao giờ
        tại sao nhưng thì mà nếu toi khong duoc nguoi nuoc duong den can giup xin cam on nha rac
        """,
    "tl": """
        ang ng sa na mga at ay ko po si ni kay hindi may wala namin namin ako kami siya sila ito iyon yung
        lang pa ba para kung kapag dahil pero o din rin kasi naman nang mula saan sino ano kailan paano
        bakit kailangan tulong pakiusap salamat magandang araw gabi kalye kalsada bahay tubig ilaw sira
        sirang ingay kapitbahay basura bata paaralan sasakyan doktor trabaho linggo walang mayroon dito doon
        aming namin natin gusto
        """,
    "id": """
        yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena tersebut bisa ada
        mereka lebih kata sudah atau saat oleh menjadi orang kami kita anda dia ia telah adalah sangat belum
        tolong mohon bantuan terima kasih selamat jalan rumah air lampu rusak mati berisik tetangga sampah
        anak sekolah mobil dokter kerja hari malam minggu butuh perlu sejak di depan bagaimana kapan mana
        siapa sekali lagi
        """,
    "sw": """
        na ya wa kwa ni katika za la cha kuwa hii si yake mimi sisi wewe yeye wao hapa pale kama lakini au
        pia sana nini lini wapi nani tafadhali asante habari msaada ninahitaji tunahitaji barabara nyumba
        maji taa imeharibika kelele jirani takataka watoto shule gari daktari kazi siku usiku wiki hakuna
        tangu mtaa wetu yetu yangu
        """,
    "so": """
        waa iyo ka ku in oo ah soo la u waxaan waxay ma uu aan ay loo kale laakiin ama markii halkan fadlan
        mahadsanid caawimaad baahan tahay nahay waddada guriga biyo biyaha iftiin jaban buuq deriska qashin
        carruurta dugsiga gaari dhakhtar shaqo maalin habeen toddobaad mid
        """,
    "ht": """
        nan ak yo pou mwen nou li ou se pa te ap gen yon sa ki lè kote kijan poukisa tanpri mèsi bonjou èd
        bezwen lari kay dlo limyè kase bri vwazen fatra timoun lekòl machin doktè travay jou nwit semèn pral
        depi anpil sou
        """,
}

#: Signs that few languages have, and which.
MARKS: dict[str, str] = {
    "ñ": "es tl", "¿": "es", "¡": "es", "ß": "de", "ä": "de", "ö": "de tr", "ü": "de tr es", "ç": "fr pt tr",
    "ã": "pt vi", "õ": "pt vi", "œ": "fr", "è": "fr it ht vi", "ê": "fr pt vi", "à": "fr it pt vi",
    "ù": "fr it vi", "ò": "it ht vi", "ą": "pl", "ę": "pl", "ł": "pl", "ś": "pl", "ź": "pl", "ż": "pl", "ć": "pl",
    "ń": "pl", "ğ": "tr", "ş": "tr ro", "ı": "tr", "ă": "ro vi", "â": "ro fr pt vi", "î": "ro fr", "ș": "ro",
    "ț": "ro", "đ": "vi", "ơ": "vi", "ư": "vi",
}  # fmt: skip
