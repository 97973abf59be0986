"""Reviews, comments and sharing of an article, as sub-resources."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from authoring.api import answers, documents, shapes
from authoring.api.access import View
from authoring.api.articles import mine, readable, valid
from authoring.models import Article, Comment, Review
from authoring.services import comments, people, reviews, rights, sharing

VIEW, CHANGE = "view_article", "change_article"


class Reviews(View):
    """Reviews of an article: asked for, decided, taken back."""

    queryset = Review.objects.none()
    serializer_class = shapes.SubmitShape
    permissions = {
        "list": VIEW,
        "create": CHANGE,
        "withdraw_request": CHANGE,
        "approve": rights.REVIEW,
        "request_changes": rights.REVIEW,
    }

    @extend_schema(responses=documents.REVIEWS)
    def list(self, request: Request, pk: UUID) -> Response:
        """Every review of the article, newest first."""
        rows = readable(request, pk).reviews.select_related("revision", "requested_by", "decided_by")
        return Response([answers.review(row) for row in rows.prefetch_related("reviewers").order_by("-pk")])

    @extend_schema(responses={201: documents.REVIEW})
    def create(self, request: Request, pk: UUID) -> Response:
        """Ask for a review of the newest revision; `reviewers` are user names."""
        typed = valid(shapes.SubmitShape, request)
        mine(request, pk)
        review = reviews.submit(pk, by=request.user, now=timezone.now(), **typed)
        return Response(answers.review(review), status=201)

    @extend_schema(request=shapes.DecisionShape, responses=documents.REVIEW)
    def approve(self, request: Request, pk: UUID) -> Response:
        """Let a revision go out: the one in review, or the newest. It must be named."""
        return self._decide(request, pk, reviews.approve)

    @extend_schema(request=shapes.DecisionShape, responses=documents.REVIEW)
    def request_changes(self, request: Request, pk: UUID) -> Response:
        """Say what a revision needs before it can go out."""
        return self._decide(request, pk, reviews.request_changes)

    @extend_schema(request=None, responses=documents.REVIEW)
    def withdraw_request(self, request: Request, pk: UUID) -> Response:
        """Take back what was asked."""
        mine(request, pk)
        return Response(answers.review(reviews.withdraw_request(pk, by=request.user, now=timezone.now())))

    def _decide(self, request: Request, pk: UUID, decide: Any) -> Response:
        typed = valid(shapes.DecisionShape, request)
        number, answer = typed["revision"], typed.get("answer", "")
        review = decide(pk, by=request.user, number=number, now=timezone.now(), answer=answer)
        return Response(answers.review(review))


class Comments(View):
    """Comments on an article: threads of a passage or of the whole."""

    queryset = Comment.objects.none()
    serializer_class = shapes.CommentShape
    permissions = {"list": VIEW, "create": VIEW, "reply": VIEW, "resolve": VIEW, "reopen": VIEW}

    @extend_schema(responses=documents.THREADS)
    def list(self, request: Request, pk: UUID) -> Response:
        """Every thread, oldest first, with its replies."""
        return Response([answers.thread(one) for one in comments.threads(readable(request, pk))])

    @extend_schema(responses={201: documents.COMMENT})
    def create(self, request: Request, pk: UUID) -> Response:
        """Say something about a revision: of the passage `quote`, or of the whole.

        `before` and `after` tell a passage from another that says the same.
        """
        typed = valid(shapes.CommentShape, request)
        number = typed.pop("revision")
        readable(request, pk)
        return Response(
            answers.comment(comments.comment(pk, by=request.user, number=number, **typed)), status=201
        )

    @extend_schema(request=shapes.ReplyShape, responses={201: documents.COMMENT})
    def reply(self, request: Request, pk: UUID, thread: int) -> Response:
        """Answer a comment that begins a thread."""
        typed = valid(shapes.ReplyShape, request)
        readable(request, pk)
        made = comments.reply(pk, thread, by=request.user, body=typed["body"])
        return Response(answers.comment(made), status=201)

    @extend_schema(request=None, responses={204: None})
    def resolve(self, request: Request, pk: UUID, thread: int) -> Response:
        """Close a thread."""
        readable(request, pk)
        comments.resolve(pk, thread, by=request.user, now=timezone.now())
        return Response(status=204)

    @extend_schema(request=None, responses={204: None})
    def reopen(self, request: Request, pk: UUID, thread: int) -> Response:
        """Open a thread again."""
        readable(request, pk)
        comments.reopen(pk, thread, by=request.user)
        return Response(status=204)


class Sharing(View):
    """Who else may write an article."""

    queryset = Article.objects.none()
    serializer_class = shapes.ShareShape
    permissions = {"list": VIEW, "create": CHANGE, "destroy": CHANGE}

    @extend_schema(responses=documents.COLLEAGUES)
    def list(self, request: Request, pk: UUID) -> Response:
        """Whom it is shared with."""
        rows = sharing.shared_with(readable(request, pk))
        return Response([answers.colleague(row) for row in rows])

    @extend_schema(responses={201: documents.COLLEAGUE})
    def create(self, request: Request, pk: UUID) -> Response:
        """Let the colleague of that user name write it."""
        person = valid(shapes.ShareShape, request)["person"]
        mine(request, pk)
        return Response(answers.colleague(sharing.share(pk, person, by=request.user)), status=201)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID, person: str) -> Response:
        """Share it with them no more."""
        mine(request, pk)
        for colleague in people.named([person], field="person"):
            sharing.unshare(pk, colleague.pk, by=request.user)
        return Response(status=204)
