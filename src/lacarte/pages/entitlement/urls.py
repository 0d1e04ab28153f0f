"""Addresses of the tables of rules."""

from django.urls import path

from lacarte.pages.entitlement import drafting, files, previewing, views

urlpatterns = [
    path("", views.tables, name="tables"),
    path("new/", drafting.new_table, name="table-new"),
    path("import/", files.import_tables, name="table-import"),
    path("<str:code>/", views.table, name="table"),
    path("<str:code>/compare/", views.compare, name="table-compare"),
    path("<str:code>/file/<str:ending>/", files.export_table, name="table-file"),
    path("<str:code>/change/", drafting.change, name="table-change"),
    path("<str:code>/call-off/", previewing.call_off_table, name="table-call-off"),
    path("<str:code>/draft/", drafting.draft, name="table-draft"),
    path("<str:code>/draft/words/", drafting.words, name="table-words"),
    path("<str:code>/draft/rules/<int:number>/", drafting.rule, name="table-rule"),
    path("<str:code>/draft/facts/<int:number>/", drafting.asked, name="table-input"),
    path("<str:code>/draft/results/<int:number>/", drafting.said, name="table-output"),
    path("<str:code>/draft/cases/<int:number>/", drafting.case, name="table-case"),
    path("<str:code>/draft/keep/", previewing.keep, name="table-keep"),
]
