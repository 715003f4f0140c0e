//! The arguments, and what they stand on.
//!
//! ```text
//! #[receiver(SIGNAL)]
//! #[receiver(SIGNAL, other::SIGNAL, order = 10, crate = path)]
//! fn name(data_key: &Type, metadata: &EventsMetadata, event: &Event, from_event_bus: bool) -> Result<(), E>
//! ```

use proc_macro2::{Group, TokenStream};
use quote::ToTokens;
use syn::{
    Attribute, Expr, FnArg, Ident, LitStr, Pat, Path, ReturnType, Safety, Signature, Token, Type, Visibility,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser},
};

use crate::{
    args::{Arg, Known, Value},
    diagnostics::{Problem, Problems},
    names,
    record::{first_word, schema::type_name},
    rules,
    runtime_path::RuntimePath,
};

/// A receiver as the expansion needs it.
pub(crate) struct Receiver {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) signature: Signature,
    pub(crate) signals: Vec<Path>,
    pub(crate) order: i32,
    pub(crate) path: RuntimePath,
    pub(crate) parameters: Vec<Parameter>,
}

/// What is known after a mistake: without its registration the function is what it was.
pub(crate) struct Refused {
    pub(crate) signals: Vec<Path>,
    pub(crate) path: RuntimePath,
    /// The function's name, unless the item is something else, or a method, beside which nothing can stand.
    pub(crate) name: Option<Ident>,
}

pub(crate) struct Parameter {
    pub(crate) source: Source,
    /// Where errors about its type are shown.
    pub(crate) ty: Type,
}

/// What a parameter is given.
pub(crate) enum Source {
    /// The data key of that name.
    DataKey(Ident),
    Metadata,
    Event,
    FromEventBus,
}

pub(crate) fn parse(
    arguments: TokenStream,
    item: TokenStream,
    problems: &mut Problems,
) -> Result<Receiver, Refused> {
    let mut parsed = Arguments::default();
    let is_complete = parsed.parse(arguments, problems);
    let function = parse_function(item, problems);
    let parameters = function.as_ref().and_then(|function| {
        let is_right = check_signature(&function.signature, problems);
        let parameters = parse_parameters(&function.signature, &parsed.signals, problems);
        parameters.filter(|_| is_right)
    });
    let Arguments { signals, order, path } = parsed;
    match (function, parameters) {
        (Some(Function { attributes, signature }), Some(parameters)) if is_complete => {
            Ok(Receiver { attributes, signature, signals, order, path, parameters })
        }
        (function, _) => {
            let free = function.filter(|function| function.signature.receiver().is_none());
            let name = free.map(|function| function.signature.ident);
            Err(Refused { signals, path, name })
        }
    }
}

/// A function; its body is of no account.
struct Function {
    attributes: Vec<Attribute>,
    signature: Signature,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let signature = input.parse()?;
        input.parse::<Group>()?;
        Ok(Self { attributes, signature })
    }
}

fn parse_function(item: TokenStream, problems: &mut Problems) -> Option<Function> {
    let function = syn::parse2(item.clone());
    if function.is_err() {
        refuse(
            &first_word(item),
            "a receiver is a free function",
            "put `#[receiver(…)]` on a `fn` with a body, outside of `impl` and `trait`",
            problems,
        );
    }
    function.ok()
}

#[derive(Default)]
struct Arguments {
    signals: Vec<Path>,
    order: i32,
    path: RuntimePath,
}

impl Arguments {
    fn parse(&mut self, tokens: TokenStream, problems: &mut Problems) -> bool {
        let mut known = Known::new("`#[receiver]`", &["order", "crate"]);
        let mut is_complete = true;
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if input.peek(LitStr) {
                    let text: LitStr = input.parse()?;
                    let what = "a signal is named as the static that it is, not as a text";
                    let signal = Some(text.value()).filter(|text| syn::parse_str::<Path>(text).is_ok());
                    let signal = signal.as_deref().unwrap_or("COURSE_ENROLLMENT_CREATED");
                    let help = format!("write the event's static, as in `#[receiver({signal})]`");
                    problems.push(Problem::new(&text, what).help(help));
                    is_complete = false;
                    input.parse::<Option<Token![,]>>()?;
                    continue;
                }
                if input.peek(Token![&]) {
                    let what = "a signal is named without `&`";
                    problems.push(Problem::new(&input.parse::<Token![&]>()?, what).help("remove the `&`"));
                    is_complete = false;
                    continue;
                }
                let is_argument =
                    input.peek(Ident::peek_any) && (input.peek2(Token![=]) || input.peek2(syn::token::Paren));
                if is_argument {
                    let arg: Arg = input.parse()?;
                    if arg.name == "signal" {
                        let what = "the signals of `#[receiver]` come without a name";
                        let help = "write `#[receiver(COURSE_ENROLLMENT_CREATED)]`";
                        problems.push(Problem::of(&rules::ARGUMENT_UNKNOWN, &arg.name, what).help(help));
                        if let Value::Is(value) = &arg.value
                            && let Expr::Path(path) = &**value
                        {
                            self.signals.push(path.path.clone());
                        }
                        is_complete = false;
                        input.parse::<Option<Token![,]>>()?;
                        continue;
                    }
                    is_complete &= known.accept(&arg, problems) && self.take(&arg, problems);
                } else {
                    is_complete &= self.signal(input.call(Path::parse_mod_style)?, problems);
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            problems.error(error);
            return false;
        }
        if self.signals.is_empty() && is_complete {
            let what = "`#[receiver]` names no signal";
            problems.push(
                Problem::new(&TokenStream::new(), what)
                    .help("write `#[receiver(COURSE_ENROLLMENT_CREATED)]`, with the event's static"),
            );
            return false;
        }
        is_complete
    }

    fn take(&mut self, arg: &Arg, problems: &mut Problems) -> bool {
        if arg.name == "order" {
            let order = arg.integer("order = 10", problems);
            self.order = order.unwrap_or_default();
            return order.is_some();
        }
        let path = arg.path("crate = path::to::openedx_events", problems);
        let is_path = path.is_some();
        self.path.set(path);
        is_path
    }

    fn signal(&mut self, signal: Path, problems: &mut Problems) -> bool {
        if let Some(last) = signal.segments.last().filter(|_| is_struct(&signal)) {
            let what = format!("`{}` is the struct of an event, not its signal", last.ident);
            let constant = names::constant_name(&last.ident.unraw().to_string());
            let help = format!("write the event's static, as in `#[receiver({constant})]`");
            problems.push(Problem::new(&signal, what).help(help));
            self.signals.push(signal);
            return false;
        }
        let text = signal.to_token_stream().to_string();
        let is_new = !self.signals.iter().any(|other| other.to_token_stream().to_string() == text);
        if is_new {
            self.signals.push(signal);
        } else {
            let text = text.replace(' ', "");
            problems.push(
                Problem::of(&rules::ARGUMENT_DUPLICATE, &signal, format!("signal `{text}` is given twice"))
                    .help("remove one of the two: the receiver would run twice"),
            );
        }
        is_new
    }
}

/// Whether the name is one that types have.
pub(super) fn is_struct(path: &Path) -> bool {
    let name = path.segments.last().map(|last| last.ident.unraw().to_string()).unwrap_or_default();
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.contains(|one: char| one.is_ascii_lowercase())
}

fn refuse(at: &impl ToTokens, what: &str, help: &str, problems: &mut Problems) {
    problems.push(Problem::of(&rules::RECEIVER_SHAPE, at, what).help(help));
}

fn check_signature(signature: &Signature, problems: &mut Problems) -> bool {
    let mut is_right = true;
    let mut refuse_if = |at: Option<TokenStream>, what: &str, help: &str| {
        if let Some(at) = at {
            is_right = false;
            refuse(&at, what, help, problems);
        }
    };
    let tokens = |part: Option<&dyn ToTokens>| part.map(ToTokens::to_token_stream);
    refuse_if(
        tokens(signature.asyncness.as_ref().map(|part| part as _)),
        "a receiver cannot be `async`: it runs on the thread that sends the event",
        "make it a plain `fn`, and spawn what has to wait on your runtime",
    );
    refuse_if(
        tokens(signature.constness.as_ref().map(|part| part as _)),
        "a receiver cannot be `const`",
        "remove `const`: the registry calls it when the event is sent",
    );
    refuse_if(
        matches!(signature.safety, Safety::Unsafe(_)).then(|| signature.safety.to_token_stream()),
        "a receiver cannot be `unsafe`",
        "remove `unsafe`: the registry cannot keep a promise that it does not know",
    );
    refuse_if(
        tokens(signature.abi.as_ref().map(|part| part as _)),
        "a receiver cannot be `extern`",
        "remove the ABI: the registry calls it as a Rust function",
    );
    let generics = (!signature.generics.params.is_empty()).then(|| signature.generics.to_token_stream());
    refuse_if(
        generics,
        "a receiver cannot be generic",
        "write the types of the data keys; lifetimes of references can be left out",
    );
    refuse_if(
        tokens(signature.generics.where_clause.as_ref().map(|part| part as _)),
        "a receiver cannot have a `where` clause",
        "write the types of the data keys",
    );
    if let ReturnType::Type(_, ty) = &signature.output
        && matches!(**ty, Type::Never(_))
    {
        is_right = false;
        let what = "a receiver returns `()` or `Result<(), E>`, found `!`";
        problems.push(
            Problem::of(&rules::RECEIVER_RETURN, ty, what)
                .help("return `Result<(), E>`; a panic is caught, and becomes that receiver's error"),
        );
    }
    let mut refuse_if = |at: Option<TokenStream>, what: &str, help: &str| {
        if let Some(at) = at {
            is_right = false;
            refuse(&at, what, help, problems);
        }
    };
    refuse_if(
        tokens(signature.variadic.as_ref().map(|part| part as _)),
        "a receiver cannot be variadic",
        "name a parameter for each data key",
    );
    is_right
}

fn parse_parameters(
    signature: &Signature,
    signals: &[Path],
    problems: &mut Problems,
) -> Option<Vec<Parameter>> {
    let mut parameters = Vec::new();
    let mut names: Vec<(String, Ident)> = Vec::new();
    let mut is_complete = true;
    for argument in &signature.inputs {
        match parse_parameter(argument, problems) {
            Some((name, ident, parameter)) => {
                if let Some((_, other)) = names.iter().find(|(other, _)| *other == name) {
                    // The compiler itself refuses two parameters of one name.
                    if *other != ident {
                        problems.push(
                            Problem::of(
                                &rules::RECEIVER_PARAMETER,
                                &ident,
                                format!("two parameters are named after `{name}`"),
                            )
                            .help("remove one of the two; a leading `_` does not count"),
                        );
                    }
                    is_complete = false;
                }
                if matches!(parameter.source, Source::Event) && signals.len() > 1 {
                    problems.push(
                        Problem::of(
                            &rules::RECEIVER_PARAMETER,
                            &ident,
                            "`event` has another type for each of the signals",
                        )
                        .help("name the data keys that the events share, or write a receiver for each"),
                    );
                    is_complete = false;
                }
                names.push((name, ident));
                parameters.push(parameter);
            }
            None => is_complete = false,
        }
    }
    is_complete.then_some(parameters)
}

fn parse_parameter(argument: &FnArg, problems: &mut Problems) -> Option<(String, Ident, Parameter)> {
    let typed = match argument {
        FnArg::Receiver(this) => {
            refuse(
                this,
                "a receiver cannot be a method",
                "make it a free function; what it needs besides the event, it finds in a static",
                problems,
            );
            return None;
        }
        FnArg::Typed(typed) => typed,
    };
    let is_conditional = |one: &&Attribute| one.path().is_ident("cfg") || one.path().is_ident("cfg_attr");
    if let Some(condition) = typed.attrs.iter().find(is_conditional) {
        let what = "this parameter of a receiver is not there in every build";
        refuse(condition, what, "remove it, or write a receiver for each build", problems);
        return None;
    }
    let ident = match &*typed.pat {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => &pattern.ident,
        Pat::Wild(wild) => {
            refuse(
                wild,
                "a parameter of a receiver needs a name: it says which data key it takes",
                "name it, as in `_enrollment`: a leading `_` does not count",
                problems,
            );
            return None;
        }
        pattern => {
            refuse(
                pattern,
                "a parameter of a receiver cannot be a pattern: its name says which data key it takes",
                "name it, and take it apart in the function",
                problems,
            );
            return None;
        }
    };
    let name = ident.unraw().to_string().trim_start_matches('_').to_owned();
    if ["signal", "sender"].contains(&name.as_str()) {
        let what = format!("a receiver is not given the `{name}`");
        let help = "remove it: `metadata: &EventsMetadata` has the event type and the service that sent the event, \
                    which Python's receivers find in `signal` and `sender`";
        problems.push(Problem::of(&rules::RECEIVER_PARAMETER, ident, what).help(help));
        return None;
    }
    let source = match name.as_str() {
        "metadata" => Source::Metadata,
        "event" => Source::Event,
        "from_event_bus" => Source::FromEventBus,
        _ => Source::DataKey(field_ident(&name, ident)),
    };
    let ty = (*typed.ty).clone();
    check_type(&name, &source, &ty, problems).then(|| (name, ident.clone(), Parameter { source, ty }))
}

/// The field of that name, at the parameter.
fn field_ident(name: &str, at: &Ident) -> Ident {
    let plain = syn::parse_str::<Ident>(name);
    let raw = || syn::parse_str::<Ident>(&format!("r#{name}"));
    // What is neither a name nor a keyword (`_1`) is no data key, which the compiler says of the whole.
    let mut field = plain.or_else(|_| raw()).unwrap_or_else(|_| at.clone());
    field.set_span(at.span());
    field
}

fn check_type(name: &str, source: &Source, ty: &Type, problems: &mut Problems) -> bool {
    let reference = match ty {
        Type::Group(group) => return check_type(name, source, &group.elem, problems),
        Type::Paren(paren) => return check_type(name, source, &paren.elem, problems),
        Type::Reference(reference) => Some(reference),
        _ => None,
    };
    match (source, reference) {
        (Source::FromEventBus, None) => return true,
        (Source::FromEventBus, Some(_)) => {
            refuse(
                ty,
                "`from_event_bus` is a `bool`, not a reference",
                "write `from_event_bus: bool`",
                problems,
            );
        }
        (_, None) => {
            let text = type_name(ty).replace("&'static ", "&").replace("&str", "String").replace('&', "");
            refuse(
                ty,
                "a receiver takes data keys by reference: other receivers get the same event",
                &format!("write `{name}: &{text}`"),
                problems,
            );
        }
        (_, Some(reference)) if reference.mutability.is_some() => {
            refuse(
                ty,
                "a receiver cannot change the event: other receivers get the same",
                "write `&` in place of `&mut`",
                problems,
            );
        }
        (_, Some(reference)) if matches!(&*reference.elem, Type::ImplTrait(_)) => {
            refuse(
                ty,
                "a receiver cannot be generic",
                "write the type of the data key in place of `impl …`",
                problems,
            );
        }
        (_, Some(_)) => return true,
    }
    false
}

impl Receiver {
    /// The type that the function returns, if it says one.
    pub(crate) fn return_type(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(ty),
        }
    }
}
