"""Addresses of the desk."""

from django.urls import path

from lacarte.pages.desk import conversation, dangers, holding, joining, register, views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("register/", register.register, name="desk-register"),
    path("register/look/", register.look_again, name="desk-look"),
    path("register/told/<str:reference>/", register.told, name="desk-told"),
    path("dangers/", dangers.dangers, name="desk-dangers"),
    path("dangers/banner/", dangers.banner, name="desk-dangers-banner"),
    path("needs/<str:reference>/", views.one_need, name="desk-need"),
    path("needs/<str:reference>/order/", views.change_order, name="desk-change"),
    path("needs/<str:reference>/service/", views.classify_need, name="desk-classify"),
    path("needs/<str:reference>/objection/", views.answer_objection, name="desk-objection"),
    path("needs/<str:reference>/danger/", dangers.i_have_it, name="desk-danger-taken"),
    path("needs/<str:reference>/urgency/", dangers.set_urgency, name="desk-urgency"),
    path("needs/<str:reference>/held/", holding.decide, name="desk-held"),
    path("needs/<str:reference>/messages/", conversation.reply_to, name="desk-reply"),
    path("needs/<str:reference>/same/", joining.decide, name="desk-same"),
    path("needs/<str:reference>/photos/", conversation.look_over, name="desk-photo"),
    path("needs/<str:reference>/person/", views.reveal_person, name="desk-reveal"),
]
