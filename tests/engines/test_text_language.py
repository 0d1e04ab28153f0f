"""The language of short sentences, as people write them to a city."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.engines.text import language, read_language

SENTENCES = {
    "en": [
        "The street light in front of my house is broken",
        "Who mends the lift?",
        "water leak",
        "My mother needs someone to help her wash",
        "Can somebody come and look at the tree that fell last night?",
        "Noise from the bar every weekend",
        "I am 79 and live alone",
    ],
    "es": [
        "La farola de mi calle está rota desde hace dos semanas",
        "No tengo agua en casa",
        "Necesito ayuda para mi madre",
        "basura en la calle",
        "Hay ratas en el parque infantil",
        "Mi padre no puede subir las escaleras",
        "¿Cuándo recogen los muebles viejos?",
    ],
    "fr": [
        "Le lampadaire devant chez moi ne marche plus",
        "Il y a trop de bruit la nuit",
        "Nous n'avons plus d'eau",
        "besoin d'un médecin",
        "Des rats dans la cour de l'école",
        "Mon père ne peut plus monter l'escalier",
        "Quand ramassez-vous les vieux meubles ?",
    ],
    "de": [
        "Die Straßenlaterne vor meinem Haus ist kaputt",
        "Wir haben kein Wasser",
        "Wer hilft meiner Mutter?",
        "Müll liegt auf der Straße",
        "Ratten auf dem Spielplatz",
        "Mein Vater kommt die Treppe nicht mehr hoch",
        "Wann werden alte Möbel abgeholt?",
    ],
    "pt": [
        "A luz da minha rua está quebrada",
        "Não temos água em casa",
        "Preciso de ajuda para minha mãe",
        "há um buraco na calçada",
        "Ratos no parque das crianças",
        "Meu pai não consegue subir a escada",
        "Quando recolhem os móveis velhos?",
    ],
    "it": [
        "Il lampione davanti a casa mia è rotto",
        "Non abbiamo acqua",
        "Ho bisogno di aiuto per mia madre",
        "troppi rumori di notte",
        "Ci sono topi nel parco giochi",
        "Mio padre non riesce più a salire le scale",
        "Quando ritirate i mobili vecchi?",
    ],
    "vi": [
        "Đèn đường trước nhà tôi bị hỏng",
        "Nhà tôi mất nước từ hôm qua",
        "Tôi cần người giúp mẹ tôi",
        "duong truoc nha toi bi ngap nuoc",
        "Có chuột trong sân chơi trẻ em",
        "Cha tôi không leo cầu thang được nữa",
        "Khi nào thu gom đồ cũ?",
    ],
    "tl": [
        "Sira ang ilaw sa kalye namin",
        "Walang tubig dito sa bahay",
        "Kailangan ko ng tulong para sa nanay ko",
        "maraming basura sa kalsada",
        "May mga daga sa palaruan",
        "Hindi na makaakyat ng hagdan ang tatay ko",
    ],
    "id": [
        "Lampu jalan di depan rumah saya rusak",
        "Tidak ada air sejak kemarin",
        "Saya butuh bantuan untuk ibu saya",
        "ada banyak sampah di jalan",
        "Ada tikus di taman bermain anak",
        "Ayah saya tidak bisa naik tangga lagi",
    ],
    "tr": [
        "Evimin önündeki sokak lambası bozuk",
        "Su yok",
        "Anneme yardım edecek biri lazım",
        "sokakta çok çöp var",
        "Çocuk parkında fareler var",
        "Babam artık merdiven çıkamıyor",
    ],
    "pl": [
        "Latarnia przed moim domem nie działa",
        "Nie mamy wody od wczoraj",
        "Potrzebuję pomocy dla mojej mamy",
        "śmieci na ulicy",
        "Na placu zabaw są szczury",
        "Mój ojciec nie może już wejść po schodach",
    ],
    "nl": [
        "De straatlamp voor mijn huis is kapot",
        "We hebben geen water",
        "Ik heb hulp nodig voor mijn moeder",
        "vuilnis op straat",
        "Er zijn ratten in de speeltuin",
        "Mijn vader kan de trap niet meer op",
    ],
    "ro": [
        "Lampa de pe strada mea este stricată",
        "Nu avem apă de ieri",
        "Am nevoie de ajutor pentru mama mea",
    ],
    "sw": [
        "Taa ya barabara mbele ya nyumba yangu imeharibika",
        "Hakuna maji tangu jana",
        "Ninahitaji msaada kwa mama yangu",
    ],
    "so": [
        "Waxaan u baahanahay caawimaad",
        "Biyo ma jiraan guriga",
    ],
    "ht": [
        "Limyè nan lari a kase",
        "Nou pa gen dlo depi yè",
        "Mwen bezwen èd pou manman m",
    ],
    "ru": [
        "Фонарь у моего дома не горит",
        "Нет воды",
        "На детской площадке крысы",
        "Отец не может подняться по лестнице",
    ],
    "uk": [
        "Ліхтар біля мого будинку не світить",
        "Немає води в квартирі, потрібна допомога її сім'ї",
    ],
    "ar": [
        "مصباح الشارع أمام بيتي مكسور",
        "هناك فئران في ملعب الأطفال",
        "لا يستطيع والدي صعود الدرج",
    ],
    "fa": [
        "چراغ خیابان جلوی خانه من خراب است",
    ],
    "ur": [
        "میرے گھر کے سامنے سڑک کی بتی خراب ہے",
    ],
    "ko": [
        "집 앞 가로등이 고장 났어요",
        "놀이터에 쥐가 있어요",
        "아버지가 계단을 못 올라가세요",
    ],
    "ja": [
        "エレベーターをなおしてください",
        "家の前の街灯が壊れています",
        "公園にネズミがいます",
        "父は階段を上れません",
    ],
    "hi": [
        "मेरे घर के सामने की बत्ती खराब है",
        "बच्चों के पार्क में चूहे हैं",
        "मेरे पिता सीढ़ी नहीं चढ़ सकते",
    ],
    "th": [
        "ไฟถนนหน้าบ้านเสีย",
    ],
    "bn": [
        "আমার বাড়ির সামনের বাতি নষ্ট",
    ],
    "am": [
        "ከቤቴ ፊት ለፊት ያለው መብራት ተበላሽቷል",
    ],
    "zh-hans": [
        "请修 Harbour Tower 的电梯，已经坏了三天",
        "请修电梯",
        "我家老人要上门护理",
        "水管漏水",
        "小区门口的路灯不亮",
        "儿童乐园里有老鼠",
        "我爸爬不动楼梯了",
        "旧家具什么时候来收？",
    ],
    "zh-hant": [
        "請修電梯",
        "我家門口的路燈壞了",
        "我媽媽需要有人來照顧",
        "兒童樂園裡有老鼠",
        "我爸爬不動樓梯了",
        "舊家具什麼時候來收？",
    ],
}
NOT_TOLD = [
    "",
    "12345",
    "???",
    "4EPT543",
    "ok",
    "A3",
    "Kérem javítsák meg az utcai lámpát a házunk előtt",
]


def test_the_language_of_nearly_every_sentence_is_told() -> None:
    wrong = [
        (tag, language(text), text) for tag, texts in SENTENCES.items() for text in texts if language(text) != tag
    ]
    assert len(wrong) <= 0.03 * sum(map(len, SENTENCES.values())), wrong
    named_wrongly = [one for one in wrong if one[1] != "und"]
    assert len(named_wrongly) <= 0.02 * sum(map(len, SENTENCES.values())), named_wrongly


def test_no_language_is_worse_than_the_others_by_much() -> None:
    for tag, texts in SENTENCES.items():
        assert sum(language(text) == tag for text in texts) >= len(texts) - 1, tag


@pytest.mark.parametrize("text", NOT_TOLD)
def test_what_does_not_tell_its_language_is_undetermined(text: str) -> None:
    assert read_language(text) == ("und", 0.0)


def test_simplified_and_traditional_differ_and_what_is_both_is_less_certain() -> None:
    assert read_language("這個電梯壞了")[0] == "zh-hant"
    assert read_language("这个电梯坏了")[0] == "zh-hans"
    assert read_language("水管漏水")[1] < read_language("这个电梯坏了")[1]


def test_a_name_in_other_letters_does_not_change_the_language() -> None:
    assert language("请修 Harbour Tower 的电梯，已经坏了三天") == "zh-hans"
    assert language("The shop is called 老王 and it is noisy at night") == "en"
    assert language("日本語の店 is closed, please look") == "en"


@given(st.text(max_size=300))
def test_any_text_has_a_tag_and_a_certainty(text: str) -> None:
    tag, certainty = read_language(text)
    assert tag == tag.lower()
    assert 0 <= certainty <= 1.0000001
    assert (tag == "und") == (certainty == 0.0)
    assert language(text) == tag


def test_a_language_is_told_in_far_less_than_a_millisecond() -> None:
    texts = [text for texts in SENTENCES.values() for text in texts]
    read_language(texts[0])
    start = time.process_time()
    for text in texts:
        read_language(text)
    assert (time.process_time() - start) / len(texts) < 0.001
